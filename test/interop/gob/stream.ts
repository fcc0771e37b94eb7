/**
 * A gob stream taken apart, so that two can be compared that number their types differently. It shares no code with the
 * runtime.
 */

interface Part {
  readonly index: number;
  readonly value: unknown;
}

class Bytes {
  pos = 0;
  readonly data: Buffer;

  constructor(data: Buffer) {
    this.data = data;
  }

  uint(): bigint {
    const first = this.data[this.pos++]!;
    if (first < 0x80) return BigInt(first);
    const digits = this.take(0x100 - first).toString("hex");
    return BigInt(`0x${digits}`);
  }

  int(): number {
    const value = this.uint();
    return Number(value & 1n ? ~(value >> 1n) : value >> 1n);
  }

  text(): string {
    return this.take(Number(this.uint())).toString();
  }

  take(length: number): Buffer {
    const part = this.data.subarray(this.pos, (this.pos += length));
    if (part.length !== length) throw new Error("the stream is too short");
    return part;
  }

  /** The fields of a struct, each read by the function at its index. */
  struct(readers: readonly (() => unknown)[]): unknown[] {
    const parts: Part[] = [];
    for (let index = -1, delta = this.uint(); delta !== 0n; delta = this.uint()) {
      index += Number(delta);
      parts.push({ index, value: readers[index]!() });
    }
    return readers.map((_, index) => parts.find((part) => part.index === index)?.value);
  }
}

const kinds = ["array", "slice", "struct", "map", "gob", "binary", "text"];

/**
 * Definitions and values of a stream, in order. Types are numbered as they appear; of what encodes itself neither the
 * name nor the number inside counts, which Go gives it twice where a pointer leads to it.
 */
export function takeApart(stream: Uint8Array): unknown[] {
  const bytes = new Bytes(Buffer.from(stream));
  const numbers = new Map<number, string>();
  const number = (id: unknown): unknown => {
    if (typeof id !== "number" || id < 64) return id;
    if (!numbers.has(id)) numbers.set(id, `type ${numbers.size}`);
    return numbers.get(id);
  };
  const parts: unknown[] = [];
  while (bytes.pos < bytes.data.length) {
    const message = new Bytes(bytes.take(Number(bytes.uint())));
    const id = message.int();
    if (id >= 0) {
      parts.push({ type: number(id), bytes: message.data.subarray(message.pos).toString("hex") });
      continue;
    }
    parts.push({ defines: number(-id), ...readType(message, number) });
    if (message.pos !== message.data.length) throw new Error("a definition is too long");
  }
  return parts;
}

function readType(message: Bytes, number: (id: unknown) => unknown): object {
  const text = (): string => message.text();
  const id = (): unknown => number(message.int());
  const common = (): string | undefined =>
    message.struct([text, () => message.int()])[0] as string | undefined;
  const field = (): unknown => message.struct([text, id]);
  const fields = (): unknown[] => Array.from({ length: Number(message.uint()) }, field);
  const opaque = (): unknown => message.struct([() => void common()]);
  const found = message.struct([
    () => message.struct([common, id, () => message.int()]),
    () => message.struct([common, id]),
    () => message.struct([common, fields]),
    () => message.struct([common, id, id]),
    opaque,
    opaque,
    opaque,
  ]);
  const index = found.findIndex((each) => each !== undefined);
  const [name, ...rest] = found[index] as [string | undefined, ...unknown[]];
  // Go puts its package before the names of types in the names of lists and maps.
  return { kind: kinds[index], name: name?.replaceAll("main.", ""), rest };
}
