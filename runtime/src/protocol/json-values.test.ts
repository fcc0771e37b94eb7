import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonStreamError, JsonValues } from "./json-values.ts";

/** The values found in bytes that come in pieces of this size. */
function cut(text: string, size: number, limit = 1_000): string[] {
  const bytes = Buffer.from(text);
  const values = new JsonValues(limit);
  const found: string[] = [];
  for (let i = 0; i < bytes.length; i += size) {
    values.push(bytes.subarray(i, i + size));
    for (let next = values.next(); next !== undefined; next = values.next()) found.push(next);
  }
  return found;
}

describe("JSON values that follow each other", () => {
  it.each([1, 2, 3, 7, 100])("are found in pieces of %d bytes", (size) => {
    const values = ['{"a":"}\\"{"}', '[{"b":[]}]', '"é\\\\"', "12.5", "true", "null", '{"c":"ü"}', "{}"];
    expect(cut(`${values.join(" \r\n\t")}\n`, size)).toEqual(values);
    expect(cut('{}[]"x"{"y":1}7{}', size)).toEqual(["{}", "[]", '"x"', '{"y":1}', "7", "{}"]);
  });

  it("are what was written, whatever it was and wherever it is cut", () => {
    fc.assert(
      fc.property(fc.array(fc.json(), { maxLength: 5 }), fc.integer({ min: 1, max: 40 }), (values, size) => {
        expect(cut(values.map((text) => `${text}\n`).join(""), size, 1e6)).toEqual(
          values.map((text) => text.trim()),
        );
      }),
    );
  });

  it("end a number where the next byte shows that it has ended, and leave what follows", () => {
    const values = new JsonValues(100);
    values.push(Buffer.from("12"));
    expect(values.next()).toBe(undefined);
    values.push(Buffer.from("3\nrest"));
    expect(values.next()).toBe("123");
    expect(Buffer.from(values.rest()).toString()).toBe("\nrest");
  });

  it("may be as large as the limit, and no larger, whether they end or not", () => {
    const text = (length: number): string => `"${"x".repeat(length - 2)}"`;
    for (const size of [1, 16, 200]) {
      expect(cut(text(100), size, 100)).toEqual([text(100)]);
      expect(() => cut(text(101), size, 100)).toThrow("larger than the 100 bytes accepted");
      expect(() => cut(text(500).slice(0, 400), size, 100)).toThrow(JsonStreamError);
    }
  });

  it("are told from what is none", () => {
    for (const text of ["}", "]", ",", ":", "{} }"]) expect(() => cut(text, 1)).toThrow("no JSON");
  });

  it("are not kept: blanks without an end take no room", () => {
    const values = new JsonValues(10);
    for (let i = 0; i < 100; i++) {
      values.push(Buffer.from(" ".repeat(1_000)));
      expect(values.next()).toBe(undefined);
      expect(values.rest()).toHaveLength(0);
    }
  });

  it("leave a chunk as it was given", () => {
    const chunk = Buffer.from('{"a":');
    const values = new JsonValues(100);
    values.push(chunk.subarray(0, 3));
    values.next();
    values.push(Buffer.from("xx"));
    expect(chunk.toString()).toBe('{"a":');
  });
});
