import { deepEqual, throws } from "node:assert/strict";
import { Scalars } from "./scalars.gorpc.ts";

// Zeros take no room, except what has no zero of its own on the wire: a timestamp and a duration.
deepEqual(Scalars.encode(Scalars.create()), new Uint8Array([0x8a, 0x01, 0, 0x92, 0x01, 0]));
// -0 is a value.
deepEqual(Scalars.encode(Scalars.create({ aFloat32: -0 })).length, 6 + 5);

// The wrong kind is refused by the field's name, also where it looks like a zero.
const wrong: Record<keyof Scalars, unknown[]> = {
  aBool: [0, "", null, undefined],
  aString: [0, false, [], undefined],
  someBytes: ["", [], "abc", undefined],
  anInt: ["", 1.5, 2 ** 53, NaN, 0n, false],
  anInt32: ["1", 2 ** 31, -0.5, null],
  aUint32: [-1, 2 ** 32, 0n],
  aSint32: [2 ** 31],
  aFixed32: [-1],
  anSfixed32: [-(2 ** 31) - 1],
  anInt64: [0, 1, 2n ** 63n],
  aUint64: [0, -1n, 2n ** 64n],
  aSint64: [2n ** 63n],
  aFixed64: [-1n],
  anSfixed64: [2n ** 63n],
  aFloat32: ["0", 1e39, 0n],
  aFloat64: ["0", null, undefined],
  aTimestamp: [0, "2020-01-01", new Date(NaN), undefined],
  aDuration: ["0", NaN, Infinity, undefined],
};
for (const [field, values] of Object.entries(wrong)) {
  for (const value of values) {
    const message = { ...Scalars.create(), [field]: value };
    throws(() => Scalars.encode(message), {
      name: "EncodeError",
      message: new RegExp(`Scalars\\.${field}\\b`),
    });
  }
}
