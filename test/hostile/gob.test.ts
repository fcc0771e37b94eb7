import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decode, decodeAny } from "../../runtime/src/codec/gob/gob.ts";
import { GobDecoder, type GobLimits } from "../../runtime/src/codec/gob/decoder.ts";
import {
  basic,
  type Bytes,
  define,
  int,
  message,
  stream,
  text,
  uint,
} from "../../runtime/src/codec/gob/streams.fixture.ts";
import { DecodeError } from "../../runtime/src/errors.ts";
import { Everything, Node, Scalars } from "../codec/everything.gorpc.ts";
import { cases } from "../interop/gob/cases.ts";
import { readVectors } from "../interop/gob/vectors.ts";
import { chunks, engineText, mutate, mutations } from "./mutation.ts";

const { bare } = Everything.methods;
const vectors = Object.values(readVectors().vectors).flatMap((written) =>
  [...cases, { name: "foreign", body: Scalars }].map(({ name, body }) => ({
    name,
    body,
    bytes: Buffer.from(written[name]!, "hex"),
  })),
);

/** What a reader does with bytes: the value, or the error where it is one that a reader may throw. */
function attempt<T>(read: () => T): T | Error {
  try {
    return read();
  } catch (error) {
    expectOwn(error);
    return error as Error;
  }
}

function expectOwn(error: unknown): void {
  const { message: reason } = error as Error;
  if (!(error instanceof DecodeError || error instanceof RangeError) || engineText.test(reason)) throw error;
}

const shown = (value: unknown): string =>
  value instanceof Error ? String(value) : inspect(value, { depth: null });

async function readAny(bytes: Uint8Array, limits?: GobLimits): Promise<unknown> {
  const values: unknown[] = [];
  try {
    for await (const value of decodeAny(bytes, limits)) values.push(value);
    return values;
  } catch (error) {
    expectOwn(error);
    return error;
  }
}

/** Why a stream is refused. */
async function refusal(bytes: Uint8Array, limits?: GobLimits): Promise<string> {
  const result = await readAny(bytes, limits);
  return result instanceof Error ? result.message : `it is not refused: ${inspect(result)}`;
}

/** All values of a stream as one type, however it is cut. */
function readAll(parts: readonly Uint8Array[], body: (typeof cases)[number]["body"]): unknown[] {
  const decoder = new GobDecoder();
  const values: unknown[] = [];
  try {
    for (const part of parts) {
      decoder.push(part);
      while (decoder.ready()) values.push(shown(attempt(() => decoder.decode(body))));
    }
    decoder.end();
  } catch (error) {
    expectOwn(error);
    values.push(String(error));
  }
  return values;
}

describe("a gob stream that is cut", () => {
  it("anywhere is refused, by every reader", async () => {
    const read: [string, number][] = [];
    for (const { name, body, bytes } of vectors) {
      // Every length of a short one, and some of a long one.
      for (let length = 0; length < bytes.length; length += length < 250 ? 1 : 13) {
        const cut = bytes.subarray(0, length);
        if (!(attempt(() => decode(body, cut)) instanceof Error)) read.push([name, length]);
        // An empty stream is one without values.
        if (length % 5 === 1 && !((await readAny(cut)) instanceof Error)) read.push([name, length]);
      }
    }
    expect(read).toEqual([]);
  });

  it("into chunks is read as the whole is", () => {
    for (const { body, bytes } of vectors) {
      const whole = readAll([bytes], body);
      expect(readAll(chunks(bytes, [1]), body)).toEqual(whole);
      expect(readAll(chunks(bytes, [3, 50, 1]), body)).toEqual(whole);
    }
  });
});

describe("a gob stream that was changed", () => {
  it("is read or refused, and the same however it is cut", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(vectors.length - 1),
        mutations,
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 4 }),
        async (which, changes, sizes) => {
          const { body, bytes } = vectors[which]!;
          const changed = mutate(bytes, changes);
          attempt(() => decode(body, changed));
          await readAny(changed);
          expect(readAll(chunks(changed, sizes), body)).toEqual(readAll([changed], body));
        },
      ),
      { numRuns: 1_500 },
    );
  });
});

const huge = 2n ** 60n;
const point = define.struct(65, "Point", { X: basic.int });

/** What nobody may make us believe; each is refused at once. */
const hostile: Readonly<Record<string, readonly [stream: Uint8Array, reason: RegExp]>> = {
  "a message of 2^60 bytes": [
    stream(uint(huge), [1]),
    /^a message of 11529215046068\d+ bytes is longer than the limit of 4194304 \(option maxMessageBytes\)$/,
  ],
  "a length of 9 bytes": [stream([0xf7, 1, 1, 1, 1, 1, 1, 1, 1, 1]), /a message's length takes 9 bytes/],
  "an empty message": [stream([0]), /a message is empty/],
  "a number of 128 bytes": [stream(message(int(basic.int), [0, 0x80])), /a number of 128 bytes/],
  "a value of no type": [stream(message(int(0), [0, 0])), /has not defined the type 0/],
  "a value of a type that is not defined": [stream(message(int(70), [0])), /has not defined the type 70/],
  "a number for a type that is none": [stream(message(int(2n ** 62n), [0])), /has not defined the type/],
  "a type below those that may be defined": [
    stream(message(define.slice(63, basic.int))),
    /takes a number from 64 on/,
  ],
  "a type above those that may be defined": [
    stream(message(int(-(2n ** 40n)), [2, 1, 1, 2, 0, 0, 0])),
    /takes a number from 64 on/,
  ],
  "a type that is one of gob's own": [
    stream(message(define.slice(basic.int, basic.int))),
    /takes a number from 64 on/,
  ],
  "a type defined twice": [stream(message(point), message(point)), /defines the type 65 again/],
  "a type of no kind": [stream(message(int(-65), [0])), /a type that the peer defines has no kind/],
  "a type of two kinds": [
    stream(message(int(-65), [2, 1, 2, ...int(65), 0, 1, ...int(2), 0], [1, 0, 0])),
    /has more than one kind/,
  ],
  "a type of an unknown kind": [stream(message(int(-65), uint(99), [0])), /has a kind that does not exist/],
  "a kind far beyond the last": [
    stream(message(int(-65), uint(2n ** 63n), [0])),
    /has a kind that does not exist/,
  ],
  "an array of a negative length": [
    stream(message(define.array(65, basic.int, -1))),
    /is an array of -1 elements/,
  ],
  "2^60 fields": [
    stream(message(int(-65), [3, 1, 2, ...int(65), 0, 1], uint(huge), [1, 1, 65])),
    /^11529215046068\d+ elements are claimed, and 3 bytes are left/,
  ],
  "a field without a name": [
    stream(message(int(-65), [3, 1, 2, ...int(65), 0, 1, 1, 2, 4, 0, 0, 0])),
    /has a field without a name/,
  ],
  "bytes after a definition": [stream(message(point, [0])), /1 bytes are left over after a definition/],
  "a list of 2^60 elements": [
    stream(message(define.slice(65, basic.int)), message(int(65), [0], uint(huge), [2, 4])),
    /^11529215046068\d+ elements are claimed, and 2 bytes are left/,
  ],
  "an array of 2^60 elements": [
    stream(message(define.array(65, basic.int, huge)), message(int(65), [0], uint(huge), [2, 4])),
    /elements are claimed/,
  ],
  "an array that is shorter than its type": [
    stream(message(define.array(65, basic.int, 5)), message(int(65), [0, 2, 2, 4])),
    /an array of 5 elements comes with 2/,
  ],
  "a map of 2^60 entries": [
    stream(message(define.map(65, basic.string, basic.int)), message(int(65), [0], uint(huge), [1, 65, 2])),
    /elements are claimed/,
  ],
  "a text of 2^60 bytes": [stream(message(int(basic.string), [0], uint(huge), [65])), /ends in the middle/],
  "a struct's field far beyond the last": [
    stream(message(point), message(int(65), uint(2n ** 63n), [2, 0])),
    /a struct of 1 fields comes with a field/,
  ],
  "a value that is not begun as it must": [stream(message(int(basic.int), [1, 2])), /does not begin with 0/],
  "bytes after a value": [
    stream(message(int(basic.int), [0, 2, 2])),
    /1 bytes are left over after the value/,
  ],
  "a list of what is not defined": [
    stream(message(define.slice(65, 99)), message(int(65), [0, 1, 0])),
    /has not defined the type 99/,
  ],
  "a list of itself without end": [
    stream(message(define.slice(65, 65)), message(int(65), [0], new Array<number>(2_000).fill(1), [0])),
    /nests deeper than 100 levels/,
  ],
  "a struct in itself without end": [
    stream(
      message(define.struct(65, "Node", { Left: 65 })),
      message(int(65), new Array<number>(5_000).fill(1)),
    ),
    /nests deeper than 100 levels/,
  ],
  "an interface in an interface without end": [
    stream(
      message(define.struct(65, "Box", { Held: basic.interface })),
      message(int(65), ...new Array<Bytes>(5_000).fill([1, 1, 65, ...int(65), 1])),
    ),
    /nests deeper than 100 levels/,
  ],
  "an interface of a type that is not defined": [
    stream(message(int(basic.interface), [0], text("x"), int(99), [1, 0])),
    /has not defined the type 99/,
  ],
  "a type defined again within a value": [
    stream(message(point), message(int(basic.interface), [0], text("x"), point, [1], int(65), [1, 0])),
    /defines the type 65 again/,
  ],
};

describe("refused at once", () => {
  it.each(Object.entries(hostile))("is %s", async (_name, [bytes, reason]) => {
    expect(await refusal(bytes)).toMatch(reason);
    for (const body of [Node, Scalars, bare.request]) {
      expect(attempt(() => decode<unknown>(body as never, bytes))).toBeInstanceOf(Error);
      expect(readAll([bytes], body as never).join()).toMatch(/Error/);
    }
  });
});

describe("limits", () => {
  it("hold for types, by the bytes of their definitions", async () => {
    const long = message(define.struct(70, "x".repeat(300_000), { X: basic.int }));
    expect(await refusal(stream(long))).toMatch(
      /^the peer's types take 3000\d\d bytes, more than the limit of 262144 \(option maxDefinitionBytes\)$/,
    );
    const types = Array.from({ length: 3 }, (_, index) => message(define.slice(70 + index, basic.int)));
    expect(await refusal(stream(...types), { maxDefinitionBytes: 20 })).toMatch(/more than the limit of 20 /);
  });

  it("hold for a value in many messages", async () => {
    const types = Array.from({ length: 500 }, (_, index) => define.slice(70 + index, basic.int));
    const [first, ...rest] = types;
    const bytes = stream(
      message(int(basic.interface), [0], text("x"), first!),
      ...rest.map((type) => message(type)),
    );
    expect(await refusal(bytes, { maxMessageBytes: 1_000 })).toMatch(
      /^a value takes 10\d\d bytes in several messages, more than the limit of 1000 \(option maxMessageBytes\)$/,
    );
    expect(await refusal(bytes)).toMatch(/ends in the middle/);
  });

  it("hold for the types of a single value", () => {
    const bytes = stream(
      message(define.struct(70, "x".repeat(300_000), { X: basic.int })),
      message(int(70), [0]),
    );
    expect(() => decode(Scalars, bytes)).toThrow(
      /^the peer's types take 3000\d\d bytes, more than the limit of 262144$/,
    );
  });

  it("take an integer above 0", () => {
    expect(() => new GobDecoder({ maxMessageBytes: 0 })).toThrow(RangeError);
    expect(() => new GobDecoder({ maxDefinitionBytes: -1 })).toThrow(RangeError);
  });

  it("keep what a short value makes of the peer's types within what it costs", () => {
    // Each struct holds the next one twice: a value of all of them would be of 2^40 parts.
    const deep = Array.from({ length: 40 }, (_, index) =>
      message(define.struct(70 + index, `T${index}`, { Left: 71 + index, More: 71 + index })),
    );
    const bytes = stream(
      ...deep,
      message(define.struct(110, "T40", { Name: basic.string })),
      message(int(70), [0]),
    );
    expect(decode(Node, bytes)).toMatchObject({ name: "" });
  });
});
