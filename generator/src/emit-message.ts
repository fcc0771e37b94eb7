import type { Field, Message } from "@gorpc/idl";
import { type StatementStructures, StructureKind } from "ts-morph";
import { emitBodyAndCodec } from "./emit-body.ts";
import { codecParts } from "./emit-codec.ts";
import { docComment, docs } from "./emit-doc.ts";
import type { FileContext } from "./file-context.ts";
import { literal } from "./names.ts";
import { neededFields } from "./needed.ts";
import { typeText } from "./types.ts";

/** An interface, its body, and the codec of the same name. */
export function emitMessage(declaration: Message, context: FileContext): StatementStructures[] {
  const { name, fullName, fields } = declaration;
  const needed = neededFields(declaration).map(literal);
  const typeArguments = [name, ...(needed.length === 0 ? [] : [needed.join(" | ")])].join(", ");
  return [
    emitShape(name, fields, docs(declaration), context),
    ...emitBodyAndCodec(declaration, codecParts(fullName, fields, context), typeArguments),
  ];
}

/** The interface of a message or of an error's fields; without a field, a type that allows none. */
export function emitShape(
  name: string,
  fields: readonly Field[],
  comments: string[],
  context: FileContext,
): StatementStructures {
  if (fields.length === 0) {
    const type = `${context.global("Record")}<string, never>`;
    return { kind: StructureKind.TypeAlias, isExported: true, docs: comments, name, type };
  }
  const members = fields.map((field) => emitProperty(field, context));
  const properties = [{ name: context.block("members", members) }];
  return { kind: StructureKind.Interface, isExported: true, docs: comments, name, properties };
}

function emitProperty(field: Field, context: FileContext): string {
  const type = typeText(field.type, context);
  const property = field.optional ? `${field.name}?: ${type} | undefined` : `${field.name}: ${type}`;
  return `${docComment(field)}${property};`;
}
