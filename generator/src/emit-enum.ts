import type { Enum } from "@gorpc/idl";
import { type StatementStructures, StructureKind, VariableDeclarationKind } from "ts-morph";
import { docComment, docs } from "./emit-doc.ts";
import type { FileContext } from "./file-context.ts";
import { property } from "./names.ts";

/** A `const` object with the values, and the union of them under the same name. */
export function emitEnum(declaration: Enum, context: FileContext): StatementStructures[] {
  const { name, values } = declaration;
  const members = values.map((value) => `${docComment(value)}readonly ${value.name}: ${value.number};`);
  const entries = values.map((value) => property(value.name, String(value.number)));
  return [
    {
      kind: StructureKind.VariableStatement,
      isExported: true,
      declarationKind: VariableDeclarationKind.Const,
      docs: docs(declaration),
      declarations: [
        {
          name,
          type: `{${context.lines("typeMembers", members)}}`,
          initializer: `{ ${entries.join(", ")} }`,
        },
      ],
    },
    {
      kind: StructureKind.TypeAlias,
      isExported: true,
      docs: docs(declaration),
      name,
      type: `(typeof ${name})[keyof typeof ${name}]`,
    },
  ];
}
