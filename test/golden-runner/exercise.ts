/** Uses whatever a generated file exports, knowing only what the runtime's descriptions say of it. */
import { deepStrictEqual, strictEqual } from "node:assert";
import {
  type Channel,
  type MessageType,
  type ResponseStream,
  TypedError,
  type UnionType,
} from "@gorpc/runtime";
import { Reader } from "../../runtime/src/bytes/reader.ts";
import { Writer } from "../../runtime/src/bytes/writer.ts";
import { protoCodec } from "../../runtime/src/codec/proto.ts";
import type { Body } from "../../runtime/src/schema/body.ts";
import type { AnyService } from "../../runtime/src/schema/service.ts";
import type { ErrorClass } from "../../runtime/src/schema/typed-error.ts";
import type { ValueType } from "../../runtime/src/schema/types.ts";
import { sample, sampleFields, sampleMember } from "./samples.ts";

/** A module as `import()` gives it. */
export type Exports = Readonly<Record<string, unknown>>;

/** Encodes, decodes and compares all that a module exports, and calls its clients. */
export async function exercise(exported: Exports): Promise<void> {
  for (const [name, value] of Object.entries(exported)) {
    if (isMessage(value)) exerciseMessage(value);
    else if (isUnion(value)) exerciseUnion(value);
    else if (isErrorClass(value)) exerciseError(name, value);
    else if (isService(value)) await exerciseService(value, exported[`${name}Client`] as ClientClass);
  }
}

function exerciseMessage(type: MessageType<object>): void {
  const full = sampleFields(type.fields) as never;
  deepStrictEqual(type.decode(type.encode(full)), full);
  deepStrictEqual(type.fromJson(type.toJson(full)), full);
  deepStrictEqual(type.create(full), full);
  const needsNothing = type.fields.every((field) => field.optional === true || !lacksZero(field.type));
  if (!needsNothing) return;
  const zeros = type.create({}) as never;
  deepStrictEqual(
    Object.keys(zeros),
    type.fields.map(({ name }) => name),
  );
  deepStrictEqual(type.decode(type.encode(zeros)), zeros);
  deepStrictEqual(type.decode(new Uint8Array(0)), zeros);
}

function exerciseUnion(type: UnionType<{ kind: string }>): void {
  for (const member of type.members) {
    const value = sampleMember(member) as never;
    deepStrictEqual(type.decode(type.encode(value)), value);
    deepStrictEqual(type.fromJson(type.toJson(value)), value);
  }
  // Field 18999 as a varint of one byte.
  const later = { kind: "unknown", number: 18_999, bytes: new Uint8Array([0xb8, 0xa3, 0x09, 0x01]) } as never;
  deepStrictEqual(type.decode(type.encode(later)), later);
}

function exerciseError(name: string, Class: ErrorClass): void {
  const fields = sampleFields(Class.type.fields);
  const error = new Class(fields, "why");
  strictEqual(error.kind, name);
  strictEqual(error.message, "why");
  for (const [field, value] of Object.entries(fields)) {
    deepStrictEqual(Object.getOwnPropertyDescriptor(error, field)?.value, value);
  }
  deepStrictEqual(throughBytes(Class.type, error), fields);
}

type ClientClass = new (channel: Channel) => Readonly<Record<string, (...values: unknown[]) => unknown>>;

/** Calls each method on a channel that takes requests and gives responses through bytes. */
async function exerciseService(service: AnyService, Client: ClientClass): Promise<void> {
  for (const method of Object.values(service.methods)) {
    const response = sampleBody(method.response);
    const request = sampleBody(method.request);
    const received: unknown[] = [];
    const answer = () => throughBytes(method.response, response) as never;
    const channel: Channel = {
      async unary(called, value) {
        strictEqual(called, method);
        received.push(throughBytes(called.request, value));
        return answer();
      },
      stream(called, values) {
        strictEqual(called, method);
        return takeAll(values, (value) => received.push(throughBytes(called.request, value)), answer);
      },
      close: () => Promise.resolve(),
    };
    const streamsIn = method.kind === "client-stream" || method.kind === "bidi-stream";
    const parameters = streamsIn ? [[request, request]] : method.request.type === undefined ? [] : [request];
    const result: unknown = new Client(channel)[method.localName]!(...parameters);
    const streamsOut = method.kind === "server-stream" || method.kind === "bidi-stream";
    deepStrictEqual(streamsOut ? await first(result as AsyncIterable<unknown>) : await result, response);
    deepStrictEqual(received, streamsIn ? [request, request] : [request]);
  }
}

function takeAll<I, O>(
  values: Iterable<I> | AsyncIterable<I>,
  take: (value: I) => void,
  answer: () => O,
): ResponseStream<O> {
  const only = async () => {
    for await (const value of values) take(value);
    return answer();
  };
  return {
    only,
    async *[Symbol.asyncIterator]() {
      yield await only();
    },
  };
}

async function first(values: AsyncIterable<unknown>): Promise<unknown> {
  for await (const value of values) return value;
  return undefined;
}

function sampleBody({ type }: Body<unknown>): unknown {
  return type === undefined ? undefined : sample(type as ValueType);
}

function throughBytes<T>(body: Body<T>, value: T): T {
  const writer = new Writer();
  protoCodec.encode(body, value, writer);
  const bytes = writer.take();
  return protoCodec.decode(body, new Reader(bytes), bytes.length);
}

function lacksZero(type: ValueType): boolean {
  if (typeof type === "string") return false;
  if (type.kind === "union") return true;
  return (
    type.kind === "message" && type.fields.some((field) => field.optional !== true && lacksZero(field.type))
  );
}

const hasKind = (value: unknown, kind: string): boolean =>
  typeof value === "object" &&
  value !== null &&
  "typeName" in value &&
  "kind" in value &&
  value.kind === kind;
// Bodies are exercised through their codecs.
const isCodec = (value: unknown, kind: string): boolean =>
  hasKind(value, kind) && typeof (value as { encode?: unknown }).encode === "function";
const isMessage = (value: unknown): value is MessageType<object> => isCodec(value, "message");
const isUnion = (value: unknown): value is UnionType<{ kind: string }> => isCodec(value, "union");
const isService = (value: unknown): value is AnyService =>
  typeof value === "object" && value !== null && "methods" in value;
const isErrorClass = (value: unknown): value is ErrorClass =>
  typeof value === "function" && value.prototype instanceof TypedError;
