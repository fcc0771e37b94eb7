import { type Field, fieldsName, type TypedError } from "@gorpc/idl";
import { type ClassDeclarationStructure, type StatementStructures, StructureKind } from "ts-morph";
import { defaultMessage } from "./default-message.ts";
import { codecParts } from "./emit-codec.ts";
import { docs } from "./emit-doc.ts";
import { emitShape } from "./emit-message.ts";
import type { FileContext } from "./file-context.ts";
import { isInherited, literal } from "./names.ts";
import { ownField } from "./own-field.ts";
import { typeText } from "./types.ts";

/** The interface of its fields, and a class that is thrown and caught. */
export function emitError(declaration: TypedError, context: FileContext): StatementStructures[] {
  const { name, fields, deprecated } = declaration;
  const comments = docs({ doc: `The fields of {@link ${name}}.`, deprecated });
  return [emitShape(fieldsName(declaration), fields, comments, context), emitClass(declaration, context)];
}

function emitClass(declaration: TypedError, context: FileContext): ClassDeclarationStructure {
  const { name, fullName, code, fields } = declaration;
  const type = `rpc.ErrorType<${fieldsName(declaration)}>`;
  const parts = codecParts(fullName, fields, context);
  const description = [literal(fullName), literal(code), literal(defaultMessage(declaration)), parts];
  return {
    kind: StructureKind.Class,
    isExported: true,
    docs: docs(declaration),
    name,
    extends: "rpc.TypedError",
    properties: [
      {
        name: "type",
        isStatic: true,
        isReadonly: true,
        type,
        initializer: `/* @__PURE__ */ rpc.errorType(${description.join(", ")})`,
      },
      { name: "kind", hasOverrideKeyword: true, isReadonly: true, initializer: `${literal(name)} as const` },
      ...fields.map((field) => ({
        name: field.name,
        // The compiler knows what every object has, except the old `__defineGetter__` and its like.
        hasOverrideKeyword: isInherited(field.name) && !field.name.startsWith("__"),
        isReadonly: true,
        hasQuestionToken: field.optional,
        type: fieldType(field, context),
        docs: docs(field),
      })),
    ],
    ctors: [emitConstructor(declaration, context)],
  };
}

function fieldType(field: Field, context: FileContext): string {
  const type = typeText(field.type, context);
  return field.optional ? `${type} | undefined` : type;
}

function emitConstructor(declaration: TypedError, context: FileContext) {
  const { name, fields } = declaration;
  const scope = context.scope();
  // Not read where the error has no fields: the underscore tells compilers that this is meant.
  const given = scope.take(fields.length === 0 ? "_fields" : "fields");
  const [message, options] = [scope.take("message"), scope.take("options")];
  return {
    parameters: [
      { name: given, type: fieldsName(declaration), ...absentFields(fields) },
      { name: message, type: "string", hasQuestionToken: true },
      { name: options, type: "rpc.RpcErrorOptions", hasQuestionToken: true },
    ],
    statements: [
      `super(${name}.type, ${message}, ${options});`,
      ...fields.map(({ name, optional }) => {
        const missing = optional ? "undefined" : "(undefined as never)";
        return `this.${name} = ${ownField(given, name, missing, context)};`;
      }),
    ],
  };
}

/** How the constructor takes it that no fields are given. */
function absentFields(fields: readonly Field[]) {
  if (fields.length === 0) return { hasQuestionToken: true };
  return fields.every(({ optional }) => optional) ? { initializer: "{}" } : {};
}
