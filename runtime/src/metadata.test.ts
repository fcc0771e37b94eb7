import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Metadata, type MetadataInit } from "./metadata.ts";

const bytes = Uint8Array.of(1, 2);

describe("metadata", () => {
  it("is made from a plain object: values, lists of them, bytes for -bin", () => {
    const metadata = Metadata.from({
      a: "1",
      b: ["2", "3"],
      "c-bin": bytes,
      "d-bin": [bytes, bytes],
      none: [],
    });
    expect([...metadata]).toEqual([
      ["a", "1"],
      ["b", "2"],
      ["b", "3"],
      ["c-bin", bytes],
      ["d-bin", bytes],
      ["d-bin", bytes],
    ]);
    expect(metadata.size).toBe(6);
  });

  it("stays itself where it is metadata already", () => {
    const metadata = new Metadata();
    expect(Metadata.from(metadata)).toBe(metadata);
  });

  it("finds the first value of a key, all of them, and none", () => {
    const metadata = Metadata.from({ a: ["1", "2"] });
    expect(metadata.get("a")).toBe("1");
    expect(metadata.getAll("a")).toEqual(["1", "2"]);
    expect(metadata.get("b")).toBeUndefined();
    expect(metadata.getAll("b")).toEqual([]);
    expect(metadata.get("constructor")).toBeUndefined();
  });

  it("appends behind, sets instead, deletes all", () => {
    const metadata = new Metadata().append("a", "1").append("b", "2").append("a", "3");
    expect([...metadata].map(([key]) => key)).toEqual(["a", "b", "a"]);
    expect(metadata.set("a", "4").getAll("a")).toEqual(["4"]);
    expect(metadata.delete("a")).toBe(true);
    expect(metadata.delete("a")).toBe(false);
    expect([...metadata]).toEqual([["b", "2"]]);
  });

  it("is cloned so that neither changes with the other", () => {
    const one = Metadata.from({ a: "1" });
    const other = one.clone();
    other.append("b", "2");
    one.delete("a");
    expect([...other]).toEqual([
      ["a", "1"],
      ["b", "2"],
    ]);
    expect(one.size).toBe(0);
  });

  it.each<readonly [string, MetadataInit, string]>([
    [
      "upper case",
      { Key: "v" },
      'metadata key "Key" is refused: use lower-case ASCII letters, digits, "_", "-" and "."',
    ],
    ["nothing", { "": "v" }, 'metadata key "" is refused'],
    ["a line break", { "a\n": "v" }, 'metadata key "a\\n" is refused'],
    ["another script", { ключ: "v" }, "is refused"],
    [
      "text under -bin",
      { "a-bin": "v" },
      "metadata a-bin takes a Uint8Array: keys that end in -bin carry bytes",
    ],
    ["bytes without -bin", { a: bytes }, "metadata a takes a string: name the key a-bin to carry bytes"],
    ["a number", { a: 1 as never }, "metadata a takes a string"],
    ["undefined", { a: undefined as never }, "metadata a takes a string"],
    ["a list in a list", { a: [["v"]] as never }, "metadata a takes a string"],
  ])("refuses %s", (_what, init, message) => {
    expect(() => Metadata.from(init)).toThrow(TypeError);
    expect(() => Metadata.from(init)).toThrow(message);
  });

  it("refuses nothing that its rule allows", () => {
    const key = fc.stringMatching(/^[0-9a-z_.-]{1,20}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.string())), (entries) => {
        const metadata = new Metadata();
        for (const [name, value] of entries)
          metadata.append(name, name.endsWith("-bin") ? Buffer.from(value) : value);
        expect(metadata.size).toBe(entries.length);
        expect([...metadata].map(([name]) => name)).toEqual(entries.map(([name]) => name));
      }),
    );
  });
});
