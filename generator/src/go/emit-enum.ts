import { type Enum, goName, goValueName } from "@gorpc/idl";
import { columns } from "./columns.ts";
import { docComment } from "./doc-comment.ts";
import type { GoFile } from "./go-file.ts";
import { goString } from "./literals.ts";

/** A type of its own over `int`, as gob sends it, its values, and their names. */
export function emitEnum(declaration: Enum, file: GoFile): string[] {
  const type = goName(declaration.name);
  const { values } = declaration;
  return [
    ...docComment(declaration),
    `type ${type} int`,
    "",
    ...docComment({ lead: `The values of ${type}. There may be others: a newer schema can have more.` }),
    "const (",
    ...columns(
      values.map((value) => ({
        comment: docComment(value),
        cells: [goValueName(declaration, value), type, `= ${value.number}`],
      })),
    ),
    ")",
    "",
    ...docComment({ lead: "String gives the name that the schema has for a value, or else its number." }),
    `func (value ${type}) String() string {`,
    "\tswitch value {",
    ...values.flatMap((value) => [
      `\tcase ${goValueName(declaration, value)}:`,
      `\t\treturn ${goString(value.name)}`,
    ]),
    "\t}",
    `\treturn ${file.use("strconv")}.Itoa(int(value))`,
    "}",
  ];
}
