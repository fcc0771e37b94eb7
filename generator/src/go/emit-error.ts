import { goName, type TypedError } from "@gorpc/idl";
import { defaultMessage } from "../default-message.ts";
import { docComment } from "./doc-comment.ts";
import { fieldRow, structType } from "./emit-struct.ts";
import type { GoFile } from "./go-file.ts";
import { goString } from "./literals.ts";
import { goFieldType } from "./types.ts";

/** A struct whose pointer is an `error`. What crosses net/rpc is its text, the same as TypeScript gives it. */
export function emitError(declaration: TypedError, file: GoFile): string[] {
  const type = goName(declaration.name);
  const rows = declaration.fields.map((field) => fieldRow(field, goFieldType(field, file)));
  return [
    ...docComment(declaration),
    ...structType(type, rows),
    "",
    ...docComment({
      lead: "Error gives the text that crosses net/rpc, where an error is no more than that: its fields stay behind.",
    }),
    `func (*${type}) Error() string {`,
    `\treturn ${goString(defaultMessage(declaration))}`,
    "}",
  ];
}
