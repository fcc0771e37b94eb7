import { fromGoJson, parsePrecise, type PreciseJson } from "../../codec/go-json.ts";
import type { Body } from "../../schema/body.ts";
import type { ResponseHeader } from "../go/headers.ts";
import { JsonValues } from "../json-values.ts";

/** A header and its body. */
export interface JsonPair {
  readonly header: ResponseHeader;
  decode<T>(body: Body<T>): T;
}

/** Reads calls or answers that are two JSON values each. */
export class JsonPairs {
  readonly #values: JsonValues;
  #header: ResponseHeader | undefined;

  constructor(maxMessageBytes: number) {
    this.#values = new JsonValues(maxMessageBytes);
  }

  push(chunk: Uint8Array): void {
    this.#values.push(chunk);
  }

  /** @throws Error where the peer broke the protocol */
  next(): JsonPair | undefined {
    if (this.#header === undefined) {
      const text = this.#values.next();
      if (text === undefined) return undefined;
      this.#header = headerOf(parsePrecise(text));
    }
    const text = this.#values.next();
    if (text === undefined) return undefined;
    const header = this.#header;
    this.#header = undefined;
    return { header, decode: (body) => fromGoJson(body, parsePrecise(text)) };
  }
}

/** One header as a line. */
export function writeHeader({ serviceMethod, seq, error }: ResponseHeader): string {
  return `{"ServiceMethod":${JSON.stringify(serviceMethod)},"Seq":${seq},"Error":${JSON.stringify(error)}}\n`;
}

function headerOf(json: PreciseJson): ResponseHeader {
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw new Error("a header is not a JSON object");
  const { ServiceMethod, Seq = 0, Error: error = "" } = json as Readonly<Record<string, PreciseJson>>;
  const seq = typeof Seq === "number" && Number.isInteger(Seq) ? BigInt(Seq) : Seq;
  if (typeof ServiceMethod !== "string" || typeof seq !== "bigint" || typeof error !== "string")
    throw new Error("a header has no ServiceMethod, or a Seq or an Error that is none");
  return { serviceMethod: ServiceMethod, seq, error };
}
