import { show } from "../bytes/refuse.ts";
import { maxDepth } from "../bytes/wire.ts";
import { MessageTooLargeError } from "../bytes/writer.ts";
import { EncodeError } from "../errors.ts";
import { fieldValue } from "../schema/field-value.ts";
import type { ErrorFields, Field, MapType, ScalarName, ValueType } from "../schema/types.ts";
import { checkScalar } from "./check-scalar.ts";
import { mapEntries } from "./map-entries.ts";

/** What can be walked by its description. */
export type Described = ValueType | ErrorFields | undefined;

/**
 * Says what is wrong with a value that failed to encode: straight-line code knows the reason but not the
 * place, so the value is walked by its description to the first part that does not fit.
 * @param error - what the encoding threw; its text stands where the walk finds nothing
 */
export function explain(error: unknown, type: Described, value: unknown): Error {
  if (error instanceof MessageTooLargeError) return error;
  const name = nameOf(type);
  const problem = problemOf(type, value, name, 0);
  // Not with the error as its cause: that shows the value, which may be sensitive.
  if (problem !== undefined) return new EncodeError(problem);
  const reason = error instanceof Error ? error.message : String(error);
  return new EncodeError(`${name}: ${reason}`, { cause: error });
}

/** How an error's path begins. */
export function nameOf(type: Described): string {
  return typeof type === "object" && "typeName" in type && type.kind !== "enum" ? type.typeName : "value";
}

function problemOf(type: Described, value: unknown, path: string, depth: number): string | undefined {
  if (type === undefined || depth > maxDepth) return undefined;
  if (typeof type === "string") return scalarProblem(type, value, path);
  switch (type.kind) {
    case "enum":
      return scalarProblem("int32", value, path);
    case "list":
      return listProblem(type.element, value, path, depth);
    case "map":
      return mapProblem(type, value, path, depth);
    case "union":
      return unionProblem(type.typeName, type.members, value, path, depth);
    default:
      return fieldsProblem(type.typeName, type.fields, value, path, depth);
  }
}

function scalarProblem(type: ScalarName, value: unknown, path: string): string | undefined {
  try {
    checkScalar(type, value);
    return undefined;
  } catch (error) {
    return `${path}: ${(error as Error).message}`;
  }
}

function kindProblem(value: unknown, expected: string, path: string): string {
  return value === undefined
    ? `${path}: missing, expected ${expected}`
    : `${path}: ${show(value)} is not ${expected}`;
}

function fieldsProblem(
  typeName: string,
  fields: readonly Field[],
  value: unknown,
  path: string,
  depth: number,
): string | undefined {
  if (typeof value !== "object" || value === null)
    return kindProblem(value, `a ${typeName}, an object`, path);
  for (const field of fields) {
    const problem = fieldProblem(field, fieldValue(value, field.name), `${path}.${field.name}`, depth);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function fieldProblem(field: Field, value: unknown, path: string, depth: number): string | undefined {
  if (field.optional && value === undefined) return undefined;
  const problem = problemOf(field.type, value, path, depth + 1);
  // Deeper paths and reasons show keys and values.
  return problem !== undefined && field.sensitive
    ? `${path}: does not fit its type (sensitive, not shown)`
    : problem;
}

function unionProblem(
  typeName: string,
  members: readonly Field[],
  value: unknown,
  path: string,
  depth: number,
): string | undefined {
  if (typeof value !== "object" || value === null)
    return kindProblem(value, `a ${typeName}, an object with kind and value`, path);
  const { kind, value: content, bytes } = value as { kind?: unknown; value?: unknown; bytes?: unknown };
  if (kind === "unknown")
    return bytes instanceof Uint8Array
      ? undefined
      : kindProblem(bytes, "bytes, a Uint8Array", `${path}.bytes`);
  const member = members.find(({ name }) => name === kind);
  if (member !== undefined) return fieldProblem(member, content, `${path}.${member.name}`, depth);
  return kindProblem(kind, `one of ${members.map(({ name }) => name).join(", ")}`, `${path}.kind`);
}

function listProblem(element: ValueType, value: unknown, path: string, depth: number): string | undefined {
  if (!Array.isArray(value)) return kindProblem(value, "a list, an array", path);
  for (const [index, item] of value.entries()) {
    const problem = problemOf(element, item, `${path}[${index}]`, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function mapProblem(type: MapType, value: unknown, path: string, depth: number): string | undefined {
  let found: Iterable<readonly [unknown, unknown]>;
  try {
    found = mapEntries(type, value);
  } catch {
    const expected = type.key === "string" ? "a map, an ordinary object" : "a map, a Map";
    return kindProblem(value, expected, path);
  }
  for (const [key, item] of found) {
    const place = `${path}[${show(key)}]`;
    const problem = scalarProblem(type.key, key, place) ?? problemOf(type.value, item, place, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
