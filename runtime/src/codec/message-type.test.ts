import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { DecodeError, EncodeError } from "../errors.ts";
import {
  absent,
  type BinaryCodec,
  enumeration,
  errorType,
  list,
  map,
  message,
  messageBody,
  type MessageType,
  nothing,
  put,
  union,
  unionBody,
  type UnionType,
  type UnknownMember,
  wrapper,
} from "../generated-code.ts";
import { decodeBody, encodeBody } from "./proto.ts";

// By hand, as the generator writes them.

interface Point {
  x: number;
  y: number;
}
const Point: MessageType<Point> = message(
  messageBody("t.Point", {
    fields: () => [
      { number: 1, name: "x", type: "int" },
      { number: 2, name: "y", type: "sint32" },
    ],
    write(w, m) {
      if (m.x !== 0) w.byte(8).int(m.x);
      if (m.y !== 0) w.byte(16).sint32(m.y);
    },
    read(r, end, into) {
      let x = into?.x ?? 0;
      let y = into?.y ?? 0;
      while (r.pos < end) {
        const tag = r.uint32();
        switch (tag) {
          case 8:
            x = r.int();
            break;
          case 16:
            y = r.sint32();
            break;
          default:
            r.skip(tag);
        }
      }
      return { x, y };
    },
  }),
);

type Shape = { kind: "dot"; value: Point } | { kind: "name"; value: string } | UnknownMember;
const Shape: UnionType<Shape> = union(
  unionBody("t.Shape", {
    members: () => [
      { number: 1, name: "dot", type: Point },
      { number: 2, name: "name", type: "string" },
    ],
    write(w, m) {
      switch (m.kind) {
        case "dot":
          w.byte(10).open();
          Point.write(w, m.value);
          w.close(m.value);
          break;
        case "name":
          w.byte(18).string(m.value);
          break;
        case "unknown":
          w.raw(m.bytes);
          break;
        default:
          throw new EncodeError("t.Shape: no such kind");
      }
    },
    read(r, end, into) {
      let value = into;
      while (r.pos < end) {
        const from = r.pos;
        const tag = r.uint32();
        switch (tag) {
          case 10:
            value = {
              kind: "dot",
              value: r.close(Point.read(r, r.open(), value?.kind === "dot" ? value.value : undefined)),
            };
            break;
          case 18:
            value = { kind: "name", value: r.string() };
            break;
          default:
            value = r.unknown(tag, from);
        }
      }
      return value ?? absent(r, Shape, "t.Shape");
    },
  }),
);

interface Drawing {
  title: string;
  shape: Shape;
  points: Point[];
  names: Record<string, Point>;
  codes: Map<number, string>;
  origin: Point;
  secret?: Record<string, number> | undefined;
  constructor: number;
}
const Drawing: MessageType<Drawing, "shape"> = message(
  messageBody("t.Drawing", {
    fields: () => [
      { number: 1, name: "title", type: "string" },
      { number: 2, name: "shape", type: Shape },
      { number: 3, name: "points", type: list(Point) },
      { number: 4, name: "names", type: map("string", Point) },
      { number: 5, name: "codes", type: map("int32", "string") },
      { number: 6, name: "origin", type: Point },
      { number: 7, name: "secret", type: map("string", "int32"), optional: true, sensitive: true },
      { number: 8, name: "constructor", type: enumeration("t.Kind", { NONE: 0, FREE: 1 }) },
    ],
    write(w, m) {
      if (m.title !== "") w.byte(10).string(m.title);
      w.byte(18).open();
      Shape.write(w, m.shape);
      w.close(m.shape);
      for (const item of m.points) {
        w.byte(26).open();
        Point.write(w, item);
        w.close(item);
      }
      for (const key of Object.keys(m.names)) {
        const value = m.names[key]!;
        w.byte(34).open().byte(10).string(key).byte(18).open();
        Point.write(w, value);
        w.close(value).close();
      }
      for (const [key, value] of m.codes) w.byte(42).open().byte(8).int32(key).byte(18).string(value).close();
      w.byte(50).open();
      Point.write(w, m.origin);
      w.close(m.origin);
      if (m.secret !== undefined) for (const key of Object.keys(m.secret)) w.byte(58).int32(m.secret[key]!);
      const constructor = Object.hasOwn(m, "constructor") ? m.constructor : (undefined as never);
      if (constructor !== 0) w.byte(64).int32(constructor);
    },
    read(r, end, into) {
      let title = into?.title ?? "";
      let shape = into?.shape;
      const points = into?.points ?? [];
      const names = into?.names ?? {};
      const codes = into?.codes ?? new Map<number, string>();
      let origin = into?.origin;
      let constructor = into !== undefined && Object.hasOwn(into, "constructor") ? into.constructor : 0;
      while (r.pos < end) {
        const tag = r.uint32();
        switch (tag) {
          case 10:
            title = r.string();
            break;
          case 18:
            shape = r.close(Shape.read(r, r.open(), shape));
            break;
          case 26:
            points.push(r.close(Point.read(r, r.open())));
            break;
          case 34: {
            let key = "";
            let value: Point | undefined;
            const stop = r.open();
            while (r.pos < stop) {
              const part = r.uint32();
              if (part === 10) key = r.string();
              else if (part === 18) value = r.close(Point.read(r, r.open(), value));
              else r.skip(part);
            }
            r.close();
            put(names, key, value ?? absent(r, Point, "t.Drawing.names"));
            break;
          }
          case 50:
            origin = r.close(Point.read(r, r.open(), origin));
            break;
          case 64:
            constructor = r.int32();
            break;
          default:
            r.skip(tag);
        }
      }
      return {
        title,
        shape: shape ?? absent(r, Shape, "t.Drawing.shape"),
        points,
        names,
        codes,
        origin: origin ?? absent(r, Point, "t.Drawing.origin"),
        secret: into?.secret,
        constructor,
      };
    },
  }),
);

interface Frame {
  drawing: Drawing;
}
const Frame: MessageType<Frame, "drawing"> = message(
  messageBody("t.Frame", {
    fields: () => [{ number: 1, name: "drawing", type: Drawing }],
    write(w, m) {
      w.byte(10).open();
      Drawing.write(w, m.drawing);
      w.close(m.drawing);
    },
    read(r, end, into) {
      let drawing = into?.drawing;
      while (r.pos < end) {
        const tag = r.uint32();
        if (tag === 10) drawing = r.close(Drawing.read(r, r.open(), drawing));
        else r.skip(tag);
      }
      return { drawing: drawing ?? absent(r, Drawing, "t.Frame.drawing") };
    },
  }),
);

const dot: Shape = { kind: "dot", value: { x: 1, y: -1 } };
// TypeScript takes the constructor that every object literal inherits for the field.
const create = (partial: object): Drawing => Drawing.create(partial as Drawing);
const drawing = create({
  title: "t",
  shape: dot,
  points: [{ x: 3, y: 0 }],
  names: { a: { x: 1, y: 2 } },
});
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytesOf = (text: string): Uint8Array => Buffer.from(text.replaceAll(" ", ""), "hex");

describe("a message's type", () => {
  it("encodes into bytes of its own, and decodes them", () => {
    const bytes = Drawing.encode(drawing);
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
    expect(bytes.byteOffset).toBe(0);
    expect(bytes.buffer.byteLength).toBe(bytes.length);
    expect(Drawing.decode(bytes)).toStrictEqual(drawing);
    expect(Drawing.encode(drawing)).not.toBe(bytes);
  });

  it("describes itself once, at first use", () => {
    let asked = 0;
    const body = messageBody<object>("t.Late", {
      fields: () => (asked++, []),
      write() {},
      read: () => ({}),
    });
    const Late = message(body);
    expect(asked).toBe(0);
    expect(Late.fields).toBe(body.fields);
    expect([asked, Late.kind, Late.typeName]).toEqual([1, "message", "t.Late"]);
    // One type to whoever keeps something by it.
    expect(Late.type).toBe(body);
    expect(body.type).toBe(body);
  });

  it("encodes a value whose getter encodes another", () => {
    const value = {
      get x() {
        return Point.encode({ x: 300, y: 0 }).length;
      },
      y: 7,
    };
    expect(hex(Point.encode(value))).toBe("0803100e");
  });

  it("encodes as before after a failure", () => {
    const good = Point.encode({ x: 1, y: 2 });
    expect(() => Drawing.encode({ ...drawing, points: [{ x: 0.5, y: 0 }] })).toThrow(EncodeError);
    expect(Point.encode({ x: 1, y: 2 })).toEqual(good);
  });

  it("keeps unknown fields where asked, at every level", () => {
    // Point{x: 1, field 3: 5} as origin, and field 100 of the drawing itself.
    const bytes = bytesOf("12 03 12 01 61 32 04 0801 1805 a206 0162");
    const kept = Drawing.decode(bytes, { unknownFields: "keep" });
    expect(hex(Drawing.encode(kept, { unknownFields: "keep" }))).toBe(hex(bytes));
    expect(hex(Drawing.encode({ ...kept, title: "new" }, { unknownFields: "keep" }))).toBe(
      `0a036e6577${hex(bytes)}`,
    );
    expect(hex(Drawing.encode(kept))).toBe("120312016132020801");
    expect(hex(Drawing.encode(Drawing.decode(bytes), { unknownFields: "keep" }))).toBe("120312016132020801");
  });

  it("merges a message that comes twice", () => {
    const twice = Drawing.decode(bytesOf("1203120161 3204 0801 1002 3202 1000"));
    expect(twice.origin).toEqual({ x: 1, y: 0 });
  });
});

describe("create", () => {
  it("fills the rest with zeros, in the shape of a decoded message", () => {
    const created = create({ shape: dot, title: "t" });
    expect(created).toStrictEqual({
      title: "t",
      shape: dot,
      points: [],
      names: {},
      codes: new Map(),
      origin: { x: 0, y: 0 },
      secret: undefined,
      constructor: 0,
    });
    expect(Object.keys(created)).toEqual(Object.keys(Drawing.decode(Drawing.encode(created))));
    expect(Point.create()).toEqual({ x: 0, y: 0 });
  });

  it("requires what has no zero", () => {
    expect(() => create({ title: "t" })).toThrow(
      new EncodeError("t.Drawing.shape: missing, and a union has no zero"),
    );
    // @ts-expect-error the type requires it
    expect(() => Frame.create()).toThrow(
      /^t\.Frame\.drawing: missing, and it has no zero \(t\.Drawing\.shape: /,
    );
  });
});

describe("what decoding finds missing", () => {
  it("reads as zeros where there are such", () => {
    expect(Drawing.decode(bytesOf("1203120161")).origin).toEqual({ x: 0, y: 0 });
  });

  it("fails with its path where there are none", () => {
    expect(() => Drawing.decode(bytesOf(""))).toThrow(
      new DecodeError("t.Drawing.shape: missing, and a union has no zero"),
    );
    expect(() => Frame.decode(bytesOf(""))).toThrow(/^t\.Frame\.drawing: missing, and it has no zero/);
    expect(() => Shape.decode(bytesOf(""))).toThrow(DecodeError);
  });
});

describe("a union", () => {
  it("is the last member on the wire, merged with an earlier one of its kind", () => {
    expect(Shape.decode(bytesOf("0a020801 0a021002"))).toEqual({ kind: "dot", value: { x: 1, y: 1 } });
    expect(Shape.decode(bytesOf("0a020801 120161"))).toEqual({ kind: "name", value: "a" });
    expect(Shape.decode(bytesOf("0a020801 120161 0a021002"))).toEqual({ kind: "dot", value: { x: 0, y: 1 } });
  });

  it("carries a member that it does not know", () => {
    const bytes = bytesOf("9a0103616263");
    const member = Shape.decode(bytes);
    expect(member).toEqual({ kind: "unknown", number: 19, bytes: new Uint8Array(bytes) });
    expect(Shape.encode(member)).toEqual(new Uint8Array(bytes));
  });
});

describe("a value that does not fit is named with its place", () => {
  const bad = (change: Record<string, unknown>): (() => unknown) => {
    return () => Frame.encode({ drawing: { ...drawing, ...change } });
  };

  it.each<[Record<string, unknown>, string]>([
    [{ title: 5 }, "t.Frame.drawing.title: 5 is not a string"],
    [{ title: undefined }, "t.Frame.drawing.title: missing, expected a string"],
    [
      {
        points: [
          { x: 1, y: 0 },
          { x: 1.5, y: 0 },
        ],
      },
      "t.Frame.drawing.points[1].x: 1.5 is not an int, ",
    ],
    [{ points: [null] }, "t.Frame.drawing.points[0]: null is not a t.Point, an object"],
    [{ points: undefined }, "t.Frame.drawing.points: missing, expected a list, an array"],
    [{ names: { "a b": { x: 1, y: 1n } } }, 't.Frame.drawing.names["a b"].y: 1n is not a sint32, '],
    [{ names: null }, "t.Frame.drawing.names: null is not a map, an ordinary object"],
    [{ codes: {} }, "t.Frame.drawing.codes: an object is not a map, a Map"],
    [{ codes: new Map([["1", "a"]]) }, 't.Frame.drawing.codes["1"]: "1" is not an int32, '],
    [{ codes: new Map([[1, 2]]) }, "t.Frame.drawing.codes[1]: 2 is not a string"],
    [{ shape: undefined }, "t.Frame.drawing.shape: missing, expected a t.Shape, "],
    [{ shape: { kind: "dt" } }, 't.Frame.drawing.shape.kind: "dt" is not one of dot, name'],
    [{ shape: { kind: "dot", value: {} } }, "t.Frame.drawing.shape.dot.x: missing, expected an int, "],
    [{ shape: { kind: "unknown" } }, "t.Frame.drawing.shape.bytes: missing, expected bytes, "],
    [{ origin: 7 }, "t.Frame.drawing.origin: 7 is not a t.Point, an object"],
    [{ constructor: 0.5 }, "t.Frame.drawing.constructor: 0.5 is not an int32, "],
    [{ title: "\ud800" }, "t.Frame.drawing.title: a string with half of a surrogate pair"],
  ])("case %#", (change, text) => {
    expect(bad(change)).toThrow(EncodeError);
    expect(bad(change)).toThrow(text);
  });

  it("reads what every object inherits as missing", () => {
    const rest: { constructor?: unknown } = { ...drawing };
    delete rest.constructor;
    expect(() => Drawing.encode(rest as Drawing)).toThrow(
      "t.Drawing.constructor: missing, expected an int32",
    );
  });

  it("does not show what is sensitive, nor where in it the fault lies", () => {
    expect(bad({ secret: { "4111-1111": "4242" } })).toThrow(
      /^t\.Frame\.drawing\.secret: does not fit its type \(sensitive, not shown\)$/,
    );
    try {
      bad({ secret: { "4111-1111": "4242" } })();
    } catch (error) {
      expect(inspect(error)).not.toMatch(/4111|4242/);
    }
  });

  it("names the whole where the value itself is none", () => {
    for (const value of [null, undefined, 5]) {
      expect(() => Point.encode(value as never)).toThrow(/^t\.Point: /);
    }
  });

  it("passes on what a getter threw", () => {
    const cause = new Error("no luck");
    const value = {
      get x(): number {
        throw cause;
      },
      y: 0,
    };
    expect(() => Point.encode(value)).toThrow("no luck");
  });

  it("says that a value goes in a circle", () => {
    interface Node {
      next?: Node | undefined;
    }
    const codec: BinaryCodec<Node> = {
      write(w, m) {
        if (m.next === undefined) return;
        w.byte(10).open();
        codec.write(w, m.next);
        w.close(m.next);
      },
      read: () => ({}),
    };
    const Node: MessageType<Node> = message(
      messageBody("t.Node", {
        fields: () => [{ number: 1, name: "next", type: Node, optional: true }],
        ...codec,
      }),
    );
    const node: Node = {};
    node.next = node;
    expect(() => Node.encode(node)).toThrow(
      /^t\.Node: the value nests deeper than 100 levels, or in a circle/,
    );
    expect(() => Node.toJson(node)).toThrow(
      /^t\.Node: the value nests deeper than 100 levels, or in a circle/,
    );
  });
});

describe("bodies that are no messages", () => {
  const Numbers = wrapper<number[]>({
    type: () => list("int32"),
    write(w, m) {
      if (m.length === 0) return;
      w.byte(10).open();
      for (const item of m) w.int32(item);
      w.close();
    },
    read(r, end, into) {
      const values = into ?? [];
      while (r.pos < end) {
        const tag = r.uint32();
        if (tag !== 10) {
          r.skip(tag);
          continue;
        }
        const stop = r.open();
        while (r.pos < stop) values.push(r.int32());
        r.close();
      }
      return values;
    },
  });

  it("wrap a value in field 1", () => {
    expect(hex(encodeBody(Numbers, [1, 300]))).toBe("0a0301ac02");
    expect(decodeBody(Numbers, bytesOf("0a0301ac02"))).toEqual([1, 300]);
    expect(decodeBody(Numbers, bytesOf(""))).toEqual([]);
    expect(Numbers.type).toBe(Numbers.type);
  });

  it("name the value where it does not fit", () => {
    expect(() => encodeBody(Numbers, [1, 0.5])).toThrow(/^value\[1\]: 0\.5 is not an int32/);
  });

  it("are empty for nothing, and skip what is there", () => {
    expect(encodeBody(nothing, undefined)).toEqual(new Uint8Array(0));
    expect(decodeBody(nothing, bytesOf("0a03010203 1005"))).toBeUndefined();
    expect(() => decodeBody(nothing, bytesOf("0a0a"))).toThrow(DecodeError);
  });

  it("describe an error by its fields, name and code", () => {
    const type = errorType<Point>("t.v1.OffMap", "OUT_OF_RANGE", "OffMap: not on the map", {
      fields: () => Point.fields,
      write: (w, m) => Point.write(w, m),
      read: (r, end, into) => Point.read(r, end, into),
    });
    expect([type.kind, type.name, type.code, type.defaultMessage]).toEqual([
      "error",
      "OffMap",
      "OUT_OF_RANGE",
      "OffMap: not on the map",
    ]);
    expect(decodeBody(type, encodeBody(type, { x: 5, y: 6 }))).toEqual({ x: 5, y: 6 });
    expect(() => encodeBody(type, { x: 0.5, y: 6 })).toThrow(/^t\.v1\.OffMap\.x: 0\.5/);
  });
});

describe("put", () => {
  it("sets any key as an own property", () => {
    const record: Record<string, number> = {};
    for (const key of ["a", "__proto__", "constructor", "toString"]) put(record, key, 1);
    expect(Object.keys(record)).toEqual(["a", "__proto__", "constructor", "toString"]);
    expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
    expect(Object.values(record)).toEqual([1, 1, 1, 1]);
  });
});
