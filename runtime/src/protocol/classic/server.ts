import type { Writer } from "../../bytes/writer.ts";
import { toGoJson } from "../../codec/go-json.ts";
import type { Body } from "../../schema/body.ts";
import { GobServerWire, type HeaderTag } from "../go/gob-server.ts";
import type { GoRequest, GoServerWire } from "../go/wire.ts";
import { header } from "./headers.ts";
import { JsonPairs, writeHeader } from "./json-wire.ts";
import type { LineFeed } from "./line-feed.ts";
import type { ClassicContentType } from "./option.ts";

/** The classic frameworks' calls on the server's side, behind the Option. */
export class ClassicServerWire implements GoServerWire<HeaderTag> {
  readonly name = "classic";
  readonly answersHalfClosed = false;
  readonly #calls: GoServerWire<HeaderTag>;
  readonly #lineFeed: LineFeed;

  /** @param lineFeed - the one that may follow the Option, where it has not come yet */
  constructor(contentType: ClassicContentType, maxMessageBytes: number, lineFeed: LineFeed) {
    this.#calls =
      contentType === "application/gob"
        ? new GobServerWire("classic", header, header, maxMessageBytes)
        : new JsonCalls(maxMessageBytes);
    this.#lineFeed = lineFeed;
  }

  push(chunk: Uint8Array): void {
    const rest = this.#lineFeed.strip(chunk);
    if (rest.length > 0) this.#calls.push(rest);
  }

  next(): GoRequest<HeaderTag> | undefined {
    return this.#calls.next();
  }

  writeAnswer(writer: Writer, tag: HeaderTag, body: Body<unknown>, value: unknown): void {
    this.#calls.writeAnswer(writer, tag, body, value);
  }

  writeError(writer: Writer, tag: HeaderTag, text: string): void {
    this.#calls.writeError(writer, tag, text);
  }
}

class JsonCalls implements GoServerWire<HeaderTag> {
  readonly name = "classic";
  readonly answersHalfClosed = false;
  readonly #pairs: JsonPairs;

  constructor(maxMessageBytes: number) {
    this.#pairs = new JsonPairs(maxMessageBytes);
  }

  push(chunk: Uint8Array): void {
    this.#pairs.push(chunk);
  }

  next(): GoRequest<HeaderTag> | undefined {
    const pair = this.#pairs.next();
    if (pair === undefined) return undefined;
    return { name: pair.header.serviceMethod, tag: pair.header, decode: (body) => pair.decode(body) };
  }

  writeAnswer(writer: Writer, { serviceMethod, seq }: HeaderTag, body: Body<unknown>, value: unknown): void {
    writer.text(`${writeHeader({ serviceMethod, seq, error: "" })}${toGoJson(body, value)}\n`);
  }

  writeError(writer: Writer, { serviceMethod, seq }: HeaderTag, text: string): void {
    writer.text(`${writeHeader({ serviceMethod, seq, error: text })}{}\n`);
  }
}
