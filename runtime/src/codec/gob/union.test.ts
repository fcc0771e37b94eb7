import { describe, expect, it } from "vitest";
import { Choice, Holder, Point } from "../../../../test/codec/everything.gorpc.ts";
import { DecodeError, EncodeError } from "../../errors.ts";
import { decode, encode } from "./gob.ts";
import { basic, type Bytes, define, int, message, stream, text } from "./streams.fixture.ts";

const definition = define.struct(70, "Choice", {
  Kind: basic.int,
  Text: basic.string,
  Number: basic.int,
  Extra: basic.string,
});

const choice = (...fields: readonly Bytes[]): Choice =>
  decode(Choice, stream(message(definition), message(int(70), ...fields, [0])));

describe("a union that Go sends", () => {
  it("is the member that Kind tells, whatever else is set", () => {
    expect(choice([1, ...int(2)], [1, ...text("x")], [1, ...int(5)])).toStrictEqual({
      kind: "number",
      value: 5n,
    });
  });

  it("is that member's zero where Go has left it out", () => {
    expect(choice([1, ...int(2)])).toStrictEqual({ kind: "number", value: 0n });
    expect(choice([1, ...int(4)])).toStrictEqual({ kind: "point", value: { x: 0, y: 0 } });
  });

  it("is the one pointer that is set where there is no Kind", () => {
    expect(choice([2, ...text("x")], [2, ...text("extra")])).toStrictEqual({ kind: "text", value: "x" });
  });

  it("is refused where nothing tells which member it is", () => {
    expect(() => choice()).toThrow(
      new DecodeError("everything.v1.Choice: it has 0 members of the union, and needs one, or its Kind"),
    );
    expect(() => choice([2, ...text("x")], [1, ...int(5)])).toThrow(/it has 2 members of the union/);
    expect(() => choice([1, ...int(99)])).toThrow(
      new DecodeError("everything.v1.Choice: Kind is 99, which is no member's number"),
    );
    expect(() => choice([1, ...int(9)])).toThrow(
      "everything.v1.Choice.choice: missing, and a union has no zero",
    );
  });

  it("has no zero where it is missing", () => {
    const bytes = stream(
      message(define.struct(70, "Holder", { Point: 71 })),
      message(define.struct(71, "Point", { X: basic.int })),
      message(int(70), [1, 0, 0]),
    );
    expect(() => decode(Holder, bytes)).toThrow(
      new DecodeError("everything.v1.Holder.choice: missing, and a union has no zero"),
    );
  });
});

describe("a union that is written", () => {
  it("is refused where the schema does not know its member", () => {
    const unknown: Choice = { kind: "unknown", number: 99, bytes: Uint8Array.of(1) };
    expect(() => encode(Choice, unknown)).toThrow(
      new EncodeError(
        "everything.v1.Choice: a member of a union that the schema does not know has no form in gob",
      ),
    );
    expect(() => encode(Holder, { choice: { kind: "none" } as never, point: Point.create() })).toThrow(
      /^everything\.v1\.Holder\.choice\.kind: "none" is not one of text, number/,
    );
  });
});
