import { deepEqual, equal } from "node:assert/strict";
import { $docs, Words, Wrong } from "./docs.gorpc.ts";

equal(new Wrong({ id: "1" }).message, "Wrong: First line */ of the error.");
equal(Words.docs, $docs);
equal(Words.typeName, "golden.docs.Words");
const entries = $docs.entries();
deepEqual(entries["Docs.three"], { doc: "Why not.", deprecated: "because */ of that" });
deepEqual(entries["Docs.four"], { deprecated: "" });
equal(Object.getOwnPropertyDescriptor(entries, "__proto__")?.value.doc, "Sets no prototype.");
deepEqual(entries["__proto__.__proto__"], { doc: "Nor does this." });
deepEqual(entries["Words.Undocumented"], undefined);
