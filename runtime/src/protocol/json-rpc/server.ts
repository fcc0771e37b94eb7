import type { Writer } from "../../bytes/writer.ts";
import { fromGoJson, parsePrecise, type PreciseJson, toGoJson } from "../../codec/go-json.ts";
import { DecodeError } from "../../errors.ts";
import type { Body } from "../../schema/body.ts";
import type { GoRequest, GoServerWire } from "../go/wire.ts";
import { JsonValues } from "../json-values.ts";

/** What an answer repeats. */
export interface JsonRpcTag {
  /** As JSON; null where the request had none. */
  readonly id: string;
  /** Whether the request said that it is JSON-RPC 2.0. */
  readonly isSecond: boolean;
  /** Of 2.0, without an id: nobody waits for an answer. */
  readonly isNotification: boolean;
}

/** Of JSON-RPC 2.0: an error that the server's own code made. */
const serverError = -32_000;

/** Requests and answers as Go's `net/rpc/jsonrpc` has them, and those of JSON-RPC 2.0, on the server's side. */
export class JsonRpcServerWire implements GoServerWire<JsonRpcTag> {
  readonly name = "jsonrpc";
  readonly answersHalfClosed = true;
  readonly #values: JsonValues;

  constructor(maxMessageBytes: number) {
    this.#values = new JsonValues(maxMessageBytes);
  }

  push(chunk: Uint8Array): void {
    this.#values.push(chunk);
  }

  next(): GoRequest<JsonRpcTag> | undefined {
    const text = this.#values.next();
    return text === undefined ? undefined : requestOf(parsePrecise(text));
  }

  writeAnswer(
    writer: Writer,
    { id, isSecond, isNotification }: JsonRpcTag,
    body: Body<unknown>,
    value: unknown,
  ): void {
    const result = toGoJson(body, value);
    if (isNotification) return;
    if (isSecond) writer.text(`{"jsonrpc":"2.0","id":${id},"result":${result}}\n`);
    else writer.text(`{"id":${id},"result":${result},"error":null}\n`);
  }

  writeError(writer: Writer, { id, isSecond, isNotification }: JsonRpcTag, text: string): void {
    if (isNotification) return;
    const message = JSON.stringify(text);
    if (isSecond)
      writer.text(`{"jsonrpc":"2.0","id":${id},"error":{"code":${serverError},"message":${message}}}\n`);
    else writer.text(`{"id":${id},"result":null,"error":${message}}\n`);
  }
}

function requestOf(json: PreciseJson): GoRequest<JsonRpcTag> {
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw new Error("a request is not a JSON object");
  const { method, params, id, jsonrpc } = json as Readonly<Record<string, PreciseJson>>;
  if (typeof method !== "string") throw new Error("a request has no method");
  const isSecond = jsonrpc === "2.0";
  return {
    name: method,
    tag: { id: idText(id), isSecond, isNotification: isSecond && id === undefined },
    decode: <T>(body: Body<T>): T => fromGoJson(body, body.type === undefined ? null : argumentOf(params)),
  };
}

/** The one argument: of a list the first, and by name, as JSON-RPC 2.0 has it, the object itself. */
function argumentOf(params: PreciseJson | undefined): PreciseJson {
  if (params === undefined) throw new DecodeError("it has no params");
  if (!Array.isArray(params)) return params;
  return (params as readonly PreciseJson[])[0] ?? null;
}

/** What an id may be: it comes back as it was. */
function idText(id: PreciseJson | undefined): string {
  switch (typeof id) {
    case "bigint":
      return String(id);
    case "string":
    case "number":
      return JSON.stringify(id);
    default:
      if (id === undefined || id === null) return "null";
      throw new Error("a request's id is neither a number nor a text");
  }
}
