import type { MapType, Type } from "@gorpc/idl";
import type { FileContext, Wrapped } from "./file-context.ts";
import { literal } from "./names.ts";
import { scalarRow } from "./type-table.ts";

/** A type as TypeScript spells it. */
export function typeText(type: Type, context: FileContext): string {
  switch (type.kind) {
    case "scalar":
      return scalarRow(type.scalar).type(context.global);
    case "list":
      return `${typeText(type.element, context)}[]`;
    case "map":
      return mapText(type, context);
    case "enum":
    case "message":
    case "union":
      return context.typeName(type.declaration);
  }
}

function mapText(type: MapType, context: FileContext): string {
  const value = typeText(type.value, context);
  if (type.key === "string") return `${context.global("Record")}<string, ${value}>`;
  return `${context.global("Map")}<${scalarRow(type.key).type(context.global)}, ${value}>`;
}

/** A new empty map: an ordinary object for string keys. */
export function emptyMap(type: MapType, context: FileContext): string {
  return type.key === "string" ? "{}" : `new ${mapText(type, context)}()`;
}

/** The expression that describes a type to the runtime. */
export function describe(type: Type, context: FileContext): string {
  switch (type.kind) {
    case "scalar":
      return literal(type.scalar);
    case "list":
      return `rpc.list(${describe(type.element, context)})`;
    case "map":
      return `rpc.map(${literal(type.key)}, ${describe(type.value, context)})`;
    case "enum": {
      const { declaration } = type;
      return `rpc.enumeration(${literal(declaration.fullName)}, ${context.valueName(declaration)})`;
    }
    case "message":
    case "union":
      return context.bodyName(type.declaration);
  }
}

/** The codec of a wrapped type, added to the file; its name holds a `$`, as no name of a schema can. */
export function wrapper(type: Wrapped, context: FileContext): string {
  const composed = type.kind === "list" || type.kind === "map";
  const name = composed ? stem(type, context) : `${stem(type, context)}$value`;
  context.helpers.set(name, { kind: "wrapper", type });
  return name;
}

/** The function that reads an entry of such a map, added to the file. */
export function entryReader(type: MapType, context: FileContext): string {
  const name = `${type.key}$${stem(type.value, context)}$entry`;
  context.helpers.set(name, { kind: "entry-reader", type });
  return name;
}

function stem(type: Type, context: FileContext): string {
  switch (type.kind) {
    case "scalar":
      return type.scalar;
    case "list":
      return `${stem(type.element, context)}$list`;
    case "map":
      return `${type.key}$${stem(type.value, context)}$map`;
    case "enum":
    case "message":
    case "union":
      return context.nameOf(type.declaration);
  }
}

/** A type as schemas spell it, with full names. */
export function schemaText(type: Type): string {
  switch (type.kind) {
    case "scalar":
      return type.scalar;
    case "list":
      return `${schemaText(type.element)}[]`;
    case "map":
      return `map<${type.key}, ${schemaText(type.value)}>`;
    case "enum":
    case "message":
    case "union":
      return type.declaration.fullName;
  }
}
