import { deepEqual, equal, throws } from "node:assert/strict";
import { isKnown } from "@gorpc/runtime";
import { EnumUnion, Names, Phase, UsesEnums } from "./enums.gorpc.ts";

// An unknown number survives, and can be told from the known ones.
const later = UsesEnums.create({ phase: 77 as Phase, list: [Phase.DONE, 78 as Phase] });
const decoded = UsesEnums.decode(UsesEnums.encode(later));
deepEqual(decoded, later);
deepEqual([isKnown(Phase, decoded.phase), isKnown(Phase, Phase.LAST)], [false, true]);
deepEqual(UsesEnums.fromJson(UsesEnums.toJson(later)), later);
deepEqual(EnumUnion.decode(EnumUnion.encode({ kind: "phase", value: 0 })), { kind: "phase", value: 0 });

equal(Object.hasOwn(Names, "__proto__"), true);
equal(Object.getPrototypeOf(Names), Object.prototype);
deepEqual([Names.constructor, Names.__proto__, Names.toString], [0, 1, 3]);

// @ts-expect-error a number is not a name
throws(() => UsesEnums.encode({ ...later, phase: "DONE" }), /UsesEnums\.phase/);
throws(() => UsesEnums.encode({ ...later, phase: 1.5 as Phase }), /UsesEnums\.phase/);
