import { describe, expect, it } from "vitest";
import { decode, encode } from "../../../runtime/src/codec/gob/gob.ts";
import { cases } from "./cases.ts";
import { takeApart } from "./stream.ts";
import { readVectors } from "./vectors.ts";

const { vectors } = readVectors();

describe.each(Object.entries(vectors))("what %s writes", (_version, written) => {
  it.each(cases)("$name is read, and written as Go does it", ({ name, body, value, shorter }) => {
    const bytes = Buffer.from(written[name]!, "hex");
    expect(decode(body, bytes)).toStrictEqual(value);
    const ours = encode(body, value);
    expect(decode(body, ours)).toStrictEqual(value);
    if (shorter !== true) expect(takeApart(ours)).toEqual(takeApart(bytes));
  });

  it("is all under test", () => {
    expect([...cases.map(({ name }) => name), "foreign"].sort()).toEqual(Object.keys(written).sort());
  });
});

describe("the vectors", () => {
  it("are of a Go that numbers its types from 65, and of one that does from 64", () => {
    const first = Object.values(vectors).map(
      ({ empty }) => /^..(ff[0-9a-f]{2}|[0-9a-f]{2})/.exec(empty!)![1],
    );
    expect(first.sort()).toEqual(["7f", "ff81"]);
  });
});
