import type { Writer } from "../../bytes/writer.ts";
import { fromGoJson, parsePrecise, type PreciseJson, toGoJson } from "../../codec/go-json.ts";
import type { Body } from "../../schema/body.ts";
import { goPath } from "../../schema/go-path.ts";
import type { AnyMethod } from "../../schema/service.ts";
import type { GoAnswer, GoClientWire } from "../go/wire.ts";
import { JsonValues } from "../json-values.ts";

/** Requests and answers as Go's `net/rpc/jsonrpc` has them, on the caller's side. */
export class JsonRpcClientWire implements GoClientWire {
  readonly name = "jsonrpc";
  readonly #values: JsonValues;

  constructor(maxMessageBytes: number) {
    this.#values = new JsonValues(maxMessageBytes);
  }

  writeRequest(writer: Writer, seq: number, method: AnyMethod, request: unknown): void {
    const name = JSON.stringify(goPath(method));
    writer.text(`{"method":${name},"params":[${toGoJson(method.request, request)}],"id":${seq}}\n`);
  }

  takeBack(): void {
    // A request leaves nothing behind but its bytes.
  }

  push(chunk: Uint8Array): void {
    this.#values.push(chunk);
  }

  next(): GoAnswer | undefined {
    const text = this.#values.next();
    return text === undefined ? undefined : answerOf(parsePrecise(text));
  }

  breaksAfter(): undefined {
    return undefined;
  }
}

function answerOf(json: PreciseJson): GoAnswer {
  const { id, error = null, result = null } = objectOf(json);
  // To no call: why the server serves none.
  if (id === null && error !== null) throw new Error(`it answered with the error ${textOf(error)}`);
  const seq = typeof id === "number" ? id : -1;
  return {
    seq,
    error: error === null ? undefined : textOf(error),
    decode: <T>(body: Body<T>): T => fromGoJson(body, result),
  };
}

function objectOf(json: PreciseJson): Readonly<Record<string, PreciseJson>> {
  if (typeof json === "object" && json !== null && !Array.isArray(json))
    return json as Readonly<Record<string, PreciseJson>>;
  throw new Error("its answer is not a JSON object");
}

/** Go's servers send a text; those of JSON-RPC 2.0 an object that has one. */
function textOf(error: PreciseJson): string {
  if (typeof error === "string") return error === "" ? "unspecified error" : error;
  const message =
    typeof error === "object" && error !== null && "message" in error ? error["message"] : undefined;
  return typeof message === "string" ? message : "an error that is not a text";
}
