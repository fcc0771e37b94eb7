import { deepEqual, throws } from "node:assert/strict";
import { Lists, OtherLists } from "./lists.gorpc.ts";

// Packed and one by one, mixed: a reader takes both.
const packed = [0x2a, 2, 1, 2];
const single = [0x28, 3];
deepEqual(Lists.decode(new Uint8Array([...packed, ...single, ...packed])).int32Field, [1, 2, 3, 1, 2]);
deepEqual(Lists.encode(Lists.create()), new Uint8Array(0));

// A part that ends in the middle of an item.
throws(() => Lists.decode(new Uint8Array([0x2a, 1, 0x80, 0x01])), { name: "DecodeError" });

for (const value of ["abc", new Set(["a"]), { length: 0 }, undefined, null, 5]) {
  const wrong = { ...Lists.create(), stringField: value } as Lists;
  throws(() => Lists.encode(wrong), { name: "EncodeError", message: /Lists\.stringField/ });
}
throws(() => Lists.encode({ ...Lists.create(), int32Field: [1, "2"] as never }), /Lists\.int32Field\[1\]/);
throws(
  () => OtherLists.encode({ ...OtherLists.create(), inners: [{ id: 1 }, undefined as never] }),
  /inners\[1\]/,
);
