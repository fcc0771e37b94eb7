import type { AnyUnionType, Field, ValueType } from "../../../runtime/src/schema/types.ts";

/**
 * A value as Go sends it back. Its encoder leaves out whatever is zero in a struct: what a pointer to a zero pointed to
 * is lost, and -0 becomes 0.
 */
export function asGoKeeps(type: ValueType, value: unknown): unknown {
  if (typeof type === "string") return value;
  switch (type.kind) {
    case "enum":
      return value;
    case "list":
      return (value as unknown[]).map((item) => asGoKeeps(type.element, item));
    case "map":
      if (value instanceof Map)
        return new Map(
          [...(value as Map<unknown, unknown>)].map(([key, item]) => [key, asGoKeeps(type.value, item)]),
        );
      return Object.fromEntries(
        Object.entries(value as object).map(([key, item]) => [key, asGoKeeps(type.value, item)]),
      );
    case "union":
      return unionAsGoKeeps(type, value as { kind: string; value: unknown });
    default:
      return Object.fromEntries(
        type.fields.map((field) => [
          field.name,
          fieldAsGoKeeps(field, (value as Record<string, unknown>)[field.name]),
        ]),
      );
  }
}

function fieldAsGoKeeps({ type, optional }: Field, value: unknown): unknown {
  if (value === undefined || (optional === true && isLost(type, value))) return undefined;
  return withoutSign(asGoKeeps(type, value));
}

/** Its `Kind` tells which member it is, so that a zero is not lost. */
function unionAsGoKeeps(type: AnyUnionType, { kind, value }: { kind: string; value: unknown }): unknown {
  const member = type.members.find(({ name }) => name === kind)!;
  return { kind, value: withoutSign(asGoKeeps(member.type, value)) };
}

function withoutSign(value: unknown): unknown {
  return value === 0 ? 0 : value;
}

/** Whether Go takes it for zero; of empty maps it knows that they are there, and structs are always sent. */
function isLost(type: ValueType, value: unknown): boolean {
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length === 0;
  return typeof type === "string" || type.kind === "enum" ? !value && !Number.isNaN(value) : false;
}
