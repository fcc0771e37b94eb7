import type { Enum } from "@gorpc/idl";
import { type StatementStructures, StructureKind } from "ts-morph";
import { emitConst } from "./emit-const.ts";
import { docComment, docs } from "./emit-doc.ts";
import type { FileContext } from "./file-context.ts";
import { property } from "./names.ts";

/** A `const` object with the values, and the union of them under the same name. */
export function emitEnum(declaration: Enum, context: FileContext): StatementStructures[] {
  const { name, values } = declaration;
  const members = values.map((value) => `${docComment(value)}readonly ${value.name}: ${value.number};`);
  const entries = values.map((value) => property(value.name, String(value.number)));
  return [
    emitConst(name, `{${context.lines("typeMembers", members)}}`, `{ ${entries.join(", ")} }`, {
      isExported: true,
      docs: docs(declaration),
    }),
    {
      kind: StructureKind.TypeAlias,
      isExported: true,
      docs: docs(declaration),
      name,
      type: `(typeof ${name})[keyof typeof ${name}]`,
    },
  ];
}
