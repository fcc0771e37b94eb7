import { describe, expect, it } from "vitest";
import { enumeration, type Field, list, map, type ValueType } from "../schema/types.ts";
import { redact } from "./redact.ts";

/** A type that is only described: nothing here encodes. */
function message(fields: readonly Field[]): ValueType {
  return { kind: "message", typeName: "test.M", fields } as unknown as ValueType;
}

const phase = enumeration("test.Phase", { NEW: 0, DONE: 1 });

describe("a value of a record", () => {
  it.each<[type: ValueType, value: unknown, shown: unknown]>([
    ["bool", true, true],
    ["string", "text", "text"],
    ["int", 5, 5],
    ["int64", 2n ** 60n, "1152921504606846976"],
    ["float64", Number.NaN, "NaN"],
    ["float64", -Infinity, "-Infinity"],
    ["bytes", new Uint8Array(5), "5 bytes"],
    ["timestamp", new Date(0), "1970-01-01T00:00:00.000Z"],
    ["timestamp", new Date(Number.NaN), "an invalid Date"],
    ["duration", 1_500, 1_500],
    [phase, 1, "DONE"],
    [phase, 7, 7],
    [list("int"), [1, 2], [1, 2]],
    [map("string", "int"), { a: 1, ["__proto__"]: 2 }, { a: 1, ["__proto__"]: 2 }],
    [map("bool", "int"), new Map([[true, 1]]), { true: 1 }],
    [message([{ number: 1, name: "a", type: "int", optional: true }]), {}, {}],
  ])("of type %j is shown as plain data", (type, value, shown) => {
    expect(redact(type, value)).toEqual(shown);
  });

  it.each<[type: ValueType, value: unknown, shown: unknown]>([
    ["int", "s3cret", "[not a int]"],
    ["string", { s3cret: 1 }, "[not a string]"],
    ["bytes", "s3cret", "[not a bytes]"],
    ["timestamp", "s3cret", "[not a timestamp]"],
    ["bool", "s3cret", "[not a bool]"],
    [phase, "s3cret", "[not a enum]"],
    [list("int"), "s3cret", "[not a list]"],
    [map("string", "int"), "s3cret", "[not a map]"],
    [map("string", "int"), new Map([["s3cret", 1]]), "[unreadable]"],
    [message([]), "s3cret", "[not a message]"],
    [message([]), { s3cret: "s3cret" }, {}],
  ])("that is not of type %j is not shown", (type, value, shown) => {
    expect(redact(type, value)).toEqual(shown);
  });

  it("that throws when it is read is not shown", () => {
    const value = {
      get a(): never {
        throw new Error("s3cret");
      },
    };
    expect(redact(message([{ number: 1, name: "a", type: "int" }]), value)).toBe("[unreadable]");
  });

  it("says what was left out of it", () => {
    expect(redact("string", "x".repeat(1_005))).toBe(`${"x".repeat(1_000)}… (5 more)`);
    const items = redact(list("int"), Array.from({ length: 1_500 }).fill(1)) as unknown[];
    expect([items.length, items.at(-1)]).toEqual([1_001, "… (500 more)"]);
    const record = Object.fromEntries(Array.from({ length: 1_500 }, (_, i) => [`k${i}`, i]));
    expect(redact(map("string", "int"), record)).toMatchObject({ k999: 999, "…": "(500 more)" });
  });

  it("ends in the middle of a circle, and of lists of lists", () => {
    const fields: Field[] = [{ number: 1, name: "next", type: "int" }];
    const type = message(fields);
    fields[0] = { number: 1, name: "next", type };
    const circle: { next?: unknown } = {};
    circle.next = circle;
    expect(JSON.stringify(redact(type, circle))).toContain("[deeper]");
    const wide = Array.from({ length: 1_000 }).fill(Array.from({ length: 1_000 }).fill("x".repeat(10)));
    expect(JSON.stringify(redact(list(list("string")), wide)).length).toBeLessThan(50_000);
  });
});
