import { describe, expect, it } from "vitest";
import { Everything, Node, Optionals, Scalars } from "../../../../test/codec/everything.gorpc.ts";
import { readVectors } from "../../../../test/interop/gob/vectors.ts";
import { DecodeError, EncodeError } from "../../errors.ts";
import {
  errorType,
  list,
  map,
  message as codecOf,
  type MessageBody,
  messageBody,
  union,
  unionBody,
} from "../../generated-code.ts";
import type { ValueType } from "../../schema/types.ts";
import { GobDecoder } from "./decoder.ts";
import type { AnyGob } from "./any.ts";
import { decode, decodeAny, encode, type GobSource } from "./gob.ts";
import { basic, define, int, message, stream, text, uint } from "./streams.fixture.ts";

const { vectors } = readVectors();
const scalars = { ...Scalars.create(), at: new Date(0) };

async function all(source: GobSource): Promise<AnyGob[]> {
  const values: AnyGob[] = [];
  for await (const value of decodeAny(source)) values.push(value);
  return values;
}

describe("encode", () => {
  it("names the field that does not fit its type", () => {
    const encoding = (fields: object) => () => encode(Scalars, { ...scalars, ...fields });
    expect(encoding({ int32: 2 ** 31 })).toThrow(
      new EncodeError(
        "everything.v1.Scalars.int32: 2147483648 is not an int32, an integer from -2147483648 to 2147483647",
      ),
    );
    expect(encoding({ text: undefined })).toThrow("everything.v1.Scalars.text: missing, expected a string");
    expect(encoding({ at: new Date(NaN) })).toThrow("everything.v1.Scalars.at: an invalid Date");
    expect(encoding({ wait: 300 * 366 * 24 * 3_600_000 })).toThrow(
      "everything.v1.Scalars: a duration beyond 292 years has no form in Go",
    );
    expect(() => encode(Scalars, null as never)).toThrow("everything.v1.Scalars: null is not a");
  });

  it("refuses every wrong kind as the other codecs do", () => {
    for (const { name } of Scalars.fields) {
      for (const wrong of [undefined, null, {}, [], Symbol("x"), () => 0, NaN, "12", new Map()]) {
        const value = { ...scalars, [name]: wrong };
        let refused = false;
        try {
          Scalars.encode(value);
        } catch {
          refused = true;
        }
        if (refused) expect(() => encode(Scalars, value as never)).toThrow(EncodeError);
        else expect(() => encode(Scalars, value as never)).not.toThrow();
      }
    }
  });

  it("refuses a value in a circle", () => {
    const node = Node.create();
    node.left = node;
    expect(() => encode(Node, node)).toThrow("nests deeper than 100 levels, or in a circle");
  });

  it("keeps -0, and a zero that is there", () => {
    const value = { ...scalars, float32: -0, float64: -0 };
    expect(decode(Scalars, encode(Scalars, value))).toStrictEqual(value);
    const optionals = Optionals.create({ flag: false, int64: 0n, text: "", texts: [], labels: {} });
    expect(decode(Optionals, encode(Optionals, optionals))).toStrictEqual(optionals);
  });

  it("defines a type once, whether its codec or its body describes a field", () => {
    const code = { write: (): void => {}, read: (): never => expect.fail("this is not gob") };
    const part = { name: "name", number: 1, type: "string" } as const;
    const Item$ = messageBody<{ name: string }>("p.Item", { ...code, fields: () => [part] });
    const Choice$ = unionBody<{ kind: "name"; value: string }>("p.Choice", {
      ...code,
      members: () => [part],
    });
    const shelf = (item: ValueType, choice: ValueType): MessageBody<object> =>
      messageBody("p.Shelf", {
        ...code,
        fields: () => [
          { number: 1, name: "first", type: Item$ },
          { number: 2, name: "rest", type: list(item) },
          { number: 3, name: "byName", type: map("string", item) },
          { number: 4, name: "last", type: item },
          { number: 5, name: "pick", type: Choice$ },
          { number: 6, name: "choices", type: list(choice) },
        ],
      });
    const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => ({ name }));
    const choice = { kind: "name", value: "x" };
    const value = { first: a, rest: [b], byName: { c }, last: d, pick: choice, choices: [choice] };
    const byHand = shelf(codecOf(Item$), union(Choice$));
    const bytes = encode(byHand, value);
    expect(bytes).toStrictEqual(encode(shelf(Item$, Choice$), value));
    const definitions = (name: string): number =>
      Buffer.from(bytes)
        .toString("latin1")
        .split(String.fromCharCode(...text(name))).length - 1;
    expect(["Shelf", "Item", "Choice"].map(definitions)).toEqual([1, 1, 1]);
    expect(decode(byHand, bytes)).toStrictEqual(value);
  });

  it("takes a typed error's fields", () => {
    const type = errorType<{ id: string }>("p.Lost", "NOT_FOUND", "Lost", {
      fields: () => [{ number: 1, name: "id", type: "string" }],
      write: () => {},
      read: () => ({ id: "" }),
    });
    expect(decode(type, encode(type, { id: "x" }))).toStrictEqual({ id: "x" });
  });
});

describe("decode", () => {
  it("rounds a time down to ms, wherever its zone lies", () => {
    const time = Uint8Array.from(Buffer.from(vectors["go1.26.8"]!["bare/timestamp"]!, "hex"));
    expect(decode(Everything.methods.when.request, time)).toEqual(new Date(-1));
    const inZone = (zone: number, nanos: number): Uint8Array => {
      const at = Buffer.from(time);
      at.writeInt16BE(zone, at.length - 2);
      at.writeInt32BE(nanos, at.length - 6);
      return at;
    };
    expect(decode(Everything.methods.when.request, inZone(-420, 1))).toEqual(new Date(-1000));
    expect(decode(Everything.methods.when.request, inZone(60, 999_999_999))).toEqual(new Date(-1));
  });

  it("refuses a time that no Date holds, or that is none", () => {
    const body = Everything.methods.when.request;
    const at = (time: readonly number[]): (() => Date) => {
      const bytes = stream(message(define.opaque(65, "Time")), message(int(65), [0, time.length], time));
      return () => decode(body, bytes);
    };
    const seconds = Array.from(Buffer.alloc(8, 0x7f));
    expect(at([1, ...seconds, 0, 0, 0, 0, 0xff, 0xff])).toThrow("a time is outside the range of Date");
    expect(at([3, ...seconds, 0, 0, 0, 0, 0xff, 0xff])).toThrow("the bytes are not those of a time.Time");
    expect(at([1, 2])).toThrow(DecodeError);
    expect(at([])).toThrow(DecodeError);
    expect(at([2, 0, 0, 0, 0x0e, 0x77, 0x91, 0xf7, 0, 0, 0, 0, 0, 0, 0, 30])()).toEqual(new Date(0));
  });

  it("shows nothing of a sensitive field", () => {
    const Login = messageBody<{ user: string; pin: number }>("p.Login", {
      fields: () => [
        { number: 1, name: "user", type: "string" },
        { number: 2, name: "pin", type: "int32", sensitive: true },
      ],
      write: () => {},
      read: () => ({ user: "", pin: 0 }),
    });
    const bytes = stream(
      message(define.struct(65, "Login", { User: basic.string, Pin: basic.int })),
      message(int(65), [1, ...text("u"), 1, ...int(2n ** 40n), 0]),
    );
    expect(() => decode(Login, bytes)).toThrow(
      new DecodeError("p.Login.pin: does not fit its type (sensitive, not shown)"),
    );
    expect(() => encode(Login, { user: "u", pin: 2 ** 40 })).toThrow(
      new EncodeError("p.Login.pin: does not fit its type (sensitive, not shown)"),
    );
  });

  it("reads peers of several versions in turn", () => {
    const version = (name: string): Uint8Array =>
      stream(
        message(define.struct(65, "Point", { X: basic.int, [name]: basic.int })),
        message(int(65), [1, ...int(3), 1, ...int(4), 0]),
      );
    const Point = messageBody<{ x: number; y: number }>("p.Point", {
      fields: () => [
        { number: 1, name: "x", type: "int32" },
        { number: 2, name: "y", type: "int32" },
      ],
      write: () => {},
      read: () => ({ x: 0, y: 0 }),
    });
    for (let round = 0; round < 3; round++) {
      for (const name of ["Y", "A", "B", "C", "D", "E"])
        expect(decode(Point, version(name))).toStrictEqual({ x: 3, y: name === "Y" ? 4 : 0 });
    }
  });
});

describe("decodeAny", () => {
  const foreign = {
    Array: [1, -2, 3],
    Id: [1, ...new Array<number>(14).fill(0), 255],
    Int8: -128,
    Int16: -32768,
    Uint8: 255,
    Uint16: 65535,
    Uintptr: 77,
    Complex: { re: 1, im: -0.5 },
    Complex2: { re: 2, im: 0 },
    Any: {
      type: "main.Box",
      value: {
        Label: "outer",
        Held: { type: "main.Box", value: { Label: "inner", Held: { type: "main.Tree", value: [[], [[]]] } } },
      },
    },
    Anys: [
      { type: "int", value: 5 },
      { type: "string", value: "five" },
      null,
      { type: "main.Point", value: { X: 5 } },
      { type: "[]string", value: ["a", "b"] },
    ],
    // Go reserves a form for texts that encode themselves, and does not use it.
    Text: "text",
    Binary: { type: "Packed", form: "binary", bytes: Uint8Array.of(7, 8) },
    Deep: -9,
    Embedded: { Inner: 3 },
    Last: "last",
  };

  it.each(Object.entries(vectors))("reads what Go alone has, as %s writes it", async (_version, written) => {
    const bytes = Buffer.from(written["foreign"]!, "hex");
    expect(await all(bytes)).toStrictEqual([{ type: "Foreign", value: foreign }]);
    const byByte = Array.from(bytes, (byte) => Uint8Array.of(byte));
    expect(await all(byByte)).toStrictEqual([{ type: "Foreign", value: foreign }]);
  });

  it.each(Object.entries(vectors))(
    "and a schema's type takes from it what it has, %s",
    (_version, written) => {
      const Part = messageBody<{ last: string; id: Uint8Array }>("p.Part", {
        fields: () => [
          { number: 1, name: "last", type: "string" },
          { number: 2, name: "id", type: "bytes" },
        ],
        write: () => {},
        read: () => ({ last: "", id: new Uint8Array(0) }),
      });
      const bytes = Buffer.from(written["foreign"]!, "hex");
      const expected = { last: "last", id: Uint8Array.from([1, ...new Array<number>(14).fill(0), 255]) };
      for (let round = 0; round < 2; round++) expect(decode(Part, bytes)).toStrictEqual(expected);
      const decoder = new GobDecoder();
      for (const byte of bytes) {
        expect(decoder.ready()).toBe(false);
        decoder.push(Uint8Array.of(byte));
      }
      expect(decoder.decode(Part)).toStrictEqual(expected);
    },
  );

  it("tells types, and keeps what a plain value would lose", async () => {
    const bytes = stream(
      message(define.map(65, basic.string, 66)),
      message(define.slice(66, basic.int)),
      message(int(65), [0, 1, ...text("k"), 2, ...int(2n ** 60n), ...int(1)]),
      message(int(basic.string), [0, 2, 0xff, 0xfe]),
      message(int(basic.interface), [0, 0]),
    );
    expect(await all(bytes)).toStrictEqual([
      { type: "map[string][]int", value: new Map([["k", [2n ** 60n, 1]]]) },
      { type: "string", value: Uint8Array.of(0xff, 0xfe) },
      { type: "interface", value: null },
    ]);
  });

  it("reads a list of interfaces whose elements come in further messages", async () => {
    const bytes = stream(
      message(define.slice(66, basic.interface)),
      message(int(66), [0], [...uint(200)], text("main.Point"), define.struct(65, "Point", { X: basic.int })),
      message(int(65), [3], [1, ...int(5), 0], new Array<number>(199).fill(0)),
    );
    const expected = [{ type: "main.Point", value: { X: 5 } }, ...new Array<null>(199).fill(null)];
    expect(await all(bytes)).toStrictEqual([{ type: "[]interface", value: expected }]);
    expect(await all(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toStrictEqual([
      { type: "[]interface", value: expected },
    ]);
  });

  it("reads times as Dates", async () => {
    expect(await all(encode(Everything.methods.when.request, new Date(5)))).toStrictEqual([
      { type: "Time", value: new Date(5) },
    ]);
  });
});
