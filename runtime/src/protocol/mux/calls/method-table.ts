import type { Reader } from "../../../bytes/reader.ts";
import type { Writer } from "../../../bytes/writer.ts";
import { DecodeError, EncodeError } from "../../../errors.ts";
import { maxMethodNames, maxMethodPathBytes } from "../../../limits.ts";
import type { AnyMethod } from "../../../schema/service.ts";

/*
 * A method goes by its path when it first appears on a connection and by its index after: one varint, odd for an index
 * (`index << 1 | 1`), even for the length of a path that follows (`length << 1`).
 */

/** The sender's side. */
export class SentMethods {
  readonly #indexes = new Map<AnyMethod, number>();
  /** Paths sent: several of one method where it went out again before it was added. */
  #sent = 0;

  /**
   * Writes a reference. True where the method has to be {@link add}ed once its frame is certain to go out.
   * @throws EncodeError where the path is longer than a peer takes
   */
  write(writer: Writer, method: AnyMethod): boolean {
    const index = this.#indexes.get(method);
    if (index !== undefined) {
      writer.uint32((index << 1) | 1);
      return false;
    }
    const path = Buffer.from(method.path);
    if (path.length > maxMethodPathBytes) {
      throw new EncodeError(
        `its path has ${path.length} bytes, and at most ${maxMethodPathBytes} go on the wire`,
      );
    }
    writer.uint32(path.length << 1).raw(path);
    return true;
  }

  /** The peer will know the method by its index from here on. */
  add(method: AnyMethod): void {
    if (this.#sent < maxMethodNames) this.#indexes.set(method, this.#sent++);
  }
}

/** Knows what there is under a path. */
export interface Finder<Found> {
  find(path: string): Found | undefined;
}

/** The receiver's side: what it found under each path. */
export class ReceivedMethods<Found extends object> {
  /** What was found, or the path that nothing was found under. */
  #entries: readonly (Found | string)[] = [];
  readonly #finder: Finder<Found>;

  constructor(finder: Finder<Found>) {
    this.#finder = finder;
  }

  /**
   * Reads a reference; a path takes the next index, whatever becomes of its call.
   * @returns what is found under it, or its path
   * @throws DecodeError where the index was never given or the path is too long
   */
  read(reader: Reader, bytes: Uint8Array, end: number): Found | string {
    const reference = reader.uint32();
    if ((reference & 1) === 1) return this.#known(reference >>> 1);
    const length = reference >>> 1;
    if (length > maxMethodPathBytes) {
      throw new DecodeError(`a method's path of ${length} bytes is refused: at most ${maxMethodPathBytes}`);
    }
    if (reader.pos + length > end)
      throw new DecodeError(`a method's path of ${length} bytes ends behind its frame`);
    const path = Buffer.from(bytes.buffer, bytes.byteOffset + reader.pos, length).toString("utf8");
    reader.pos += length;
    const entry = this.#finder.find(path) ?? path;
    // Of its exact length: one that grows has room for sixteen, and most connections call few methods.
    if (this.#entries.length < maxMethodNames) this.#entries = [...this.#entries, entry];
    return entry;
  }

  #known(index: number): Found | string {
    const entry = this.#entries[index];
    if (entry === undefined) throw new DecodeError(`method index ${index} was never given`);
    // A service may have been registered since its path was first seen.
    return typeof entry === "string" ? (this.#finder.find(entry) ?? entry) : entry;
  }
}
