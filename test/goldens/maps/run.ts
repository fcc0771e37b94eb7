import { deepEqual, equal, throws } from "node:assert/strict";
import { Keys, OtherValues, Values } from "./maps.gorpc.ts";

// A key or a value that is left out is zero; the last of two entries with one key counts.
const entries = [0x12, 0, 0x12, 5, 0x0a, 1, 0x61, 0x12, 0, 0x12, 6, 0x0a, 1, 0x61, 0x12, 1, 0x62];
deepEqual(Keys.decode(new Uint8Array(entries)).stringKey, { "": "", a: "b" });

const record = Keys.decode(Keys.encode(Keys.create({ stringKey: { ["__proto__"]: "x" } }))).stringKey;
deepEqual(Object.keys(record), ["__proto__"]);
equal(Object.getPrototypeOf(record), Object.prototype);

for (const value of [new Map(), new Date(), [], "abc", 5, undefined]) {
  const wrong = { ...Keys.create(), stringKey: value } as unknown as Keys;
  throws(() => Keys.encode(wrong), { name: "EncodeError", message: /Keys\.stringKey/ });
}
for (const value of [{}, [], undefined]) {
  const wrong = { ...Keys.create(), intKey: value } as unknown as Keys;
  throws(() => Keys.encode(wrong), { name: "EncodeError", message: /Keys\.intKey/ });
}
throws(() => Values.encode(Values.create({ boolValue: { a: undefined as never } })), /Values\.boolValue/);

// A union that is missing in an entry has no zero.
throws(() => OtherValues.decode(new Uint8Array([0x1a, 0])), /OtherValues\.choices/);
