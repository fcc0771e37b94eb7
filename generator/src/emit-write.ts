import type { Field, ListType, MapType, Type } from "@gorpc/idl";
import { type Element, elementOf, isPackable, tagOf, writeElement, writeTag } from "./element.ts";
import type { FileContext } from "./file-context.ts";
import { isInherited, type Scope } from "./names.ts";
import { ownField } from "./own-field.ts";
import { scalarRow, wire } from "./type-table.ts";

/** The locals of a write function. */
export interface WriteNames {
  readonly writer: string;
  /** What is written. */
  readonly value: string;
  readonly item: string;
  readonly key: string;
  readonly entry: string;
  readonly scope: Scope;
}

export function writeNames(context: FileContext): WriteNames {
  const scope = context.scope();
  return {
    writer: scope.take("w"),
    value: scope.take("m"),
    item: scope.take("item"),
    key: scope.take("key"),
    entry: scope.take("value"),
    scope,
  };
}

/** The `write` method of a message or an error: its fields by ascending number. */
export function writeMethod(fields: readonly Field[], context: FileContext): string {
  if (fields.length === 0) return "write() {}";
  const names = writeNames(context);
  const statements = [...fields]
    .sort((a, b) => a.number - b.number)
    .map((field) => writeField(field, names, context));
  return `write(${names.writer}, ${names.value}) {${context.lines("statements", statements)}}`;
}

function writeField(field: Field, names: WriteNames, context: FileContext): string {
  const plain = `${names.value}.${field.name}`;
  if (!isInherited(field.name))
    return writeValue(field.type, field.number, plain, field.optional, names, context);
  const local = names.scope.take(field.name);
  const missing = field.optional ? "undefined" : "(undefined as never)";
  return [
    `const ${local} = ${ownField(names.value, field.name, missing, context)};`,
    writeValue(field.type, field.number, local, field.optional, names, context),
  ].join("\n");
}

/** Statements that write a field's value, unless it need not be on the wire. */
export function writeValue(
  type: Type,
  number: number,
  value: string,
  optional: boolean,
  names: WriteNames,
  context: FileContext,
): string {
  if (!optional && type.kind === "list") return writeList(type, number, value, names, context);
  if (!optional && type.kind === "map") return writeMap(type, number, value, names, context);
  const element = elementOf(type, context);
  const statements = writeElement(element, number, value, names.writer);
  if (optional) return `if (${value} !== undefined) ${block(element, statements)}`;
  if (element.kind === "body" || element.row.isWritten === undefined) return statements;
  return `if (${element.row.isWritten(value, context.global)}) ${statements}`;
}

function writeList(
  type: ListType,
  number: number,
  value: string,
  { writer, item }: WriteNames,
  context: FileContext,
): string {
  const element = elementOf(type.element, context);
  if (element.kind === "body" || !isPackable(element)) {
    const statements = writeElement(element, number, item, writer);
    return `for (const ${item} of rpc.items(${value})) ${block(element, statements)}`;
  }
  const open = `${writeTag(writer, tagOf(number, wire.delimited))}.open();`;
  const each = `for (const ${item} of rpc.items(${value})) ${writer}.${element.row.method}(${item});`;
  return `if (${value}.length !== 0) { ${open} ${each} ${writer}.close(); }`;
}

/** One statement needs no braces. */
function block({ kind }: Element, statements: string): string {
  return kind === "plain" ? statements : `{ ${statements} }`;
}

function writeMap(
  type: MapType,
  number: number,
  value: string,
  names: WriteNames,
  context: FileContext,
): string {
  const { writer, key, entry } = names;
  const keys = { kind: "plain", type: type.key, row: scalarRow(type.key), cast: false } as const;
  const [head, first] =
    type.key === "string"
      ? [`const ${key} of rpc.keys(${value})`, `const ${entry} = ${value}[${key}]!;`]
      : [`const [${key}, ${entry}] of rpc.entries(${value})`, ""];
  return `for (${head}) {
    ${first}
    ${writeTag(writer, tagOf(number, wire.delimited))}.open();
    ${writeElement(keys, 1, key, writer)}
    ${writeElement(elementOf(type.value, context), 2, entry, writer)}
    ${writer}.close();
  }`;
}
