import { type StatementStructures, StructureKind, VariableDeclarationKind } from "ts-morph";
import { type Doc, docs } from "./emit-doc.ts";

/** A constant that nobody misses where nothing refers to it: bundlers leave it out. */
export function emitPure(name: string, type: string, call: string, doc: Doc): StatementStructures {
  return {
    kind: StructureKind.VariableStatement,
    isExported: true,
    declarationKind: VariableDeclarationKind.Const,
    docs: docs(doc),
    declarations: [{ name, type, initializer: `/* @__PURE__ */ ${call}` }],
  };
}
