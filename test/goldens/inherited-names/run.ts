import { deepEqual, equal, throws } from "node:assert/strict";
import { Optional, Required } from "./inherited-names.gorpc.ts";

// What every object has must not pass for a field that is missing.
deepEqual(Optional.encode({} as Optional), new Uint8Array(0));
equal(
  Object.values(Optional.create()).every((value) => value === undefined),
  true,
);
equal(
  Object.values(Required.create()).every((value) => value === ""),
  true,
);
throws(() => Required.encode({} as Required), {
  name: "EncodeError",
  message: /Required\.constructor: missing/,
});

// The compiler, too, takes what every object has for fields of the literal.
const own = Optional.create({ ["__proto__"]: "p", constructor: "c" } as Partial<Optional>);
deepEqual([own.__proto__, own.constructor, own.toString], ["p", "c", undefined]);
equal(Object.getPrototypeOf(own), Object.prototype);
const decoded = Optional.decode(Optional.encode(own));
deepEqual([decoded.__proto__, decoded.constructor, decoded.toString], ["p", "c", undefined]);
equal(Object.getPrototypeOf(decoded), Object.prototype);
