import type { Field, Message } from "@gorpc/idl";
import { type StatementStructures, StructureKind, VariableDeclarationKind } from "ts-morph";
import { codecParts } from "./emit-codec.ts";
import { docComment, docs } from "./emit-doc.ts";
import type { FileContext } from "./file-context.ts";
import { literal } from "./names.ts";
import { neededFields } from "./needed.ts";
import { typeText } from "./types.ts";

/** An interface, and the codec of the same name. */
export function emitMessage(declaration: Message, context: FileContext): StatementStructures[] {
  const { name, fullName, fields } = declaration;
  const needed = neededFields(declaration).map(literal);
  const typeArguments = [name, ...(needed.length === 0 ? [] : [needed.join(" | ")])].join(", ");
  const parts = codecParts(fullName, fields, context);
  return [
    emitShape(name, fields, docs(declaration), context),
    {
      kind: StructureKind.VariableStatement,
      isExported: true,
      declarationKind: VariableDeclarationKind.Const,
      docs: docs({ doc: `Codec of {@link ${name}}.`, deprecated: declaration.deprecated }),
      declarations: [
        {
          name,
          type: `rpc.MessageType<${typeArguments}>`,
          initializer: `/* @__PURE__ */ rpc.message(${literal(fullName)}, ${parts})`,
        },
      ],
    },
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
