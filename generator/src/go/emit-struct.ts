import { type Field, goMemberName, goName, type Message } from "@gorpc/idl";
import { columns, type Row } from "./columns.ts";
import { docComment } from "./doc-comment.ts";
import type { GoFile } from "./go-file.ts";
import { goFieldType } from "./types.ts";

export function emitMessage(declaration: Message, file: GoFile): string[] {
  const rows = declaration.fields.map((field) => fieldRow(field, goFieldType(field, file)));
  return [...docComment(declaration), ...structType(goName(declaration.name), rows)];
}

/** A struct type with what stands in it. */
export function structType(name: string, rows: readonly Row[]): string[] {
  if (rows.length === 0) return [`type ${name} struct{}`];
  return [`type ${name} struct {`, ...columns(rows), "}"];
}

export function fieldRow(field: Field, type: string): Row {
  const notes = field.sensitive ? ["Sensitive: no log may show it."] : [];
  return { comment: docComment({ ...field, notes }), cells: [goMemberName(field), type] };
}
