import type { Writer } from "../../bytes/writer.ts";
import { toGoJson } from "../../codec/go-json.ts";
import { goPath } from "../../schema/go-path.ts";
import type { AnyMethod } from "../../schema/service.ts";
import { GobClientWire } from "../go/gob-client.ts";
import type { GoAnswer, GoClientWire } from "../go/wire.ts";
import { Echo } from "./echo.ts";
import { header } from "./headers.ts";
import { JsonPairs, writeHeader } from "./json-wire.ts";
import type { ClassicContentType } from "./option.ts";

/** Their servers answer a call of an unknown method and leave its request unread; ours says it in Go's own words and reads it. */
const unread = /^rpc server: (can't find|service\/method request ill-formed)/;

/** The classic frameworks' calls on the caller's side, behind the Option and its echo, where one comes. */
export class ClassicClientWire implements GoClientWire {
  readonly name = "classic";
  readonly #calls: GoClientWire;
  readonly #echo: Echo;

  constructor(contentType: ClassicContentType, maxMessageBytes: number) {
    this.#calls =
      contentType === "application/gob"
        ? new GobClientWire("classic", header, header, maxMessageBytes)
        : new JsonCalls(maxMessageBytes);
    this.#echo = new Echo(contentType, maxMessageBytes);
  }

  writeRequest(writer: Writer, seq: number, method: AnyMethod, request: unknown): void {
    this.#calls.writeRequest(writer, seq, method, request);
  }

  takeBack(): void {
    this.#calls.takeBack();
  }

  push(chunk: Uint8Array): void {
    const rest = this.#echo.strip(chunk);
    if (rest.length > 0) this.#calls.push(rest);
  }

  next(): GoAnswer | undefined {
    return this.#calls.next();
  }

  breaksAfter(error: string): string | undefined {
    if (!unread.test(error)) return undefined;
    return "the server leaves the request of an unknown method unread, and takes it for the next call";
  }
}

class JsonCalls implements GoClientWire {
  readonly name = "classic";
  readonly #pairs: JsonPairs;

  constructor(maxMessageBytes: number) {
    this.#pairs = new JsonPairs(maxMessageBytes);
  }

  writeRequest(writer: Writer, seq: number, method: AnyMethod, request: unknown): void {
    writer.text(writeHeader({ serviceMethod: goPath(method), seq: BigInt(seq), error: "" }));
    writer.text(`${toGoJson(method.request, request)}\n`);
  }

  takeBack(): void {
    // A request leaves nothing behind but its bytes.
  }

  push(chunk: Uint8Array): void {
    this.#pairs.push(chunk);
  }

  next(): GoAnswer | undefined {
    const pair = this.#pairs.next();
    if (pair === undefined) return undefined;
    const { seq, error } = pair.header;
    return { seq: Number(seq), error: error === "" ? undefined : error, decode: (body) => pair.decode(body) };
  }

  breaksAfter(): undefined {
    return undefined;
  }
}
