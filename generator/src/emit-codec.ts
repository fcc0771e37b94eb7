import type { Field } from "@gorpc/idl";
import { readMethod } from "./emit-read.ts";
import { writeMethod } from "./emit-write.ts";
import type { FileContext } from "./file-context.ts";
import { literal } from "./names.ts";
import { describe } from "./types.ts";

/** The object of description and straight-line functions that a message's and an error's codec is made of. */
export function codecParts(fullName: string, fields: readonly Field[], context: FileContext): string {
  return `{
    fields: ${describeFields(fields, context)},
    ${writeMethod(fields, context)},
    ${readMethod(fullName, fields, context)},
  }`;
}

/** A thunk, since what it names may be declared later or in a file that imports this one. */
export function describeFields(fields: readonly Field[], context: FileContext): string {
  const described = fields.map((field) => describeField(field, context));
  // One alone may share the line of its brackets.
  return `() => [${described.length > 1 ? context.lines("elements", described) : described.join("")}]`;
}

function describeField(field: Field, context: FileContext): string {
  const parts = [
    `number: ${field.number}`,
    `name: ${literal(field.name)}`,
    `type: ${describe(field.type, context)}`,
    ...(field.optional ? ["optional: true"] : []),
    ...(field.json === undefined ? [] : [`json: ${literal(field.json)}`]),
    ...(field.go === undefined ? [] : [`go: ${literal(field.go)}`]),
    ...(field.sensitive ? ["sensitive: true"] : []),
  ];
  return `{ ${parts.join(", ")} }`;
}
