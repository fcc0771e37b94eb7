import { JsonValues } from "../json-values.ts";
import { HandshakeError, parseOption, show } from "../option.ts";
import { LineFeed } from "./line-feed.ts";
import type { ClassicContentType } from "./option.ts";

const none = new Uint8Array(0);

/**
 * Takes a server's echo of the Option from the front of what it sends. One dialect's servers send it and the other's do not: a client
 * need not know which it called, since an answer in gob does not begin as JSON does, and one in JSON has other keys.
 */
export class Echo {
  readonly #contentType: ClassicContentType;
  readonly #values: JsonValues;
  readonly #lineFeed = new LineFeed();
  /** `echoed`: there was one, and a line feed may still come behind it. */
  #state: "unknown" | "json" | "echoed" | "calls" = "unknown";

  constructor(contentType: ClassicContentType, maxMessageBytes: number) {
    this.#contentType = contentType;
    this.#values = new JsonValues(maxMessageBytes);
  }

  /**
   * What of a chunk belongs to calls.
   * @throws HandshakeError where the server refuses
   */
  strip(chunk: Uint8Array): Uint8Array {
    if (this.#state === "unknown" && chunk.length > 0) this.#state = chunk[0] === 0x7b ? "json" : "calls";
    if (this.#state === "calls") return chunk;
    if (this.#state === "echoed") return this.#lineFeed.strip(chunk);
    this.#values.push(chunk);
    const text = this.#values.next();
    if (text === undefined) return none;
    const rest = this.#values.rest();
    this.#state = this.#isEcho(text) ? "echoed" : "calls";
    return this.#state === "echoed" ? this.#lineFeed.strip(rest) : Buffer.concat([Buffer.from(text), rest]);
  }

  #isEcho(text: string): boolean {
    const fields = parseOption(text);
    if (fields["Error"] !== undefined && fields["MagicNumber"] !== undefined)
      throw new HandshakeError(`it refused: ${show(fields["Error"])}`);
    if (fields["MagicNumber"] !== undefined) return true;
    if (this.#contentType === "application/json") return false;
    throw new HandshakeError(
      `it answered with ${show(text.slice(0, 80))}, which is neither its Option nor gob`,
    );
  }
}
