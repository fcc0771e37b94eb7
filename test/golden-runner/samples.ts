/** Values of any described type, for types that a test knows nothing else about. */
import type { AnyUnionType, Field, MapType, ScalarName, ValueType } from "../../runtime/src/schema/types.ts";

const scalars: Readonly<Record<ScalarName, unknown>> = {
  bool: true,
  string: "grüße 🐚",
  bytes: new Uint8Array([0, 127, 128, 255]),
  int: -Number.MAX_SAFE_INTEGER,
  int32: -2_147_483_648,
  uint32: 4_294_967_295,
  sint32: -7,
  fixed32: 4_294_967_295,
  sfixed32: -9,
  int64: -(2n ** 63n),
  uint64: 2n ** 64n - 1n,
  sint64: -11n,
  fixed64: 2n ** 64n - 1n,
  sfixed64: -13n,
  float32: -0,
  float64: 1.7976931348623157e308,
  timestamp: new Date(1_700_000_000_123),
  duration: 1500.5,
};

/** Types may hold themselves: so deep, and what can be left out is. */
const mostDepth = 3;

/** A value that is not zero, nor is anything in it. */
export function sample(type: ValueType, depth = 0): unknown {
  if (typeof type === "string") return scalars[type];
  switch (type.kind) {
    case "enum":
      return Object.values(type.values).at(-1);
    case "list":
      return depth > mostDepth ? [] : [sample(type.element, depth + 1), sample(type.element, depth + 1)];
    case "map":
      return sampleMap(type, depth);
    case "message":
      return sampleFields(type.fields, depth);
    case "union":
      return sampleMember(shallowest(type), depth);
  }
}

/** An object with all of its fields, own properties whatever their names. */
export function sampleFields(fields: readonly Field[], depth = 0): object {
  const entries = fields.map(({ name, type, optional }) => {
    const absent = optional === true && depth > mostDepth;
    return [name, absent ? undefined : sample(type, depth + 1)] as const;
  });
  return Object.fromEntries(entries);
}

export function sampleMember({ name, type }: Field, depth = 0): { kind: string; value: unknown } {
  return { kind: name, value: sample(type, depth + 1) };
}

function sampleMap({ key, value }: MapType, depth: number): unknown {
  const sampled = depth > mostDepth ? [] : [sample(value, depth + 1)];
  if (key !== "string") return new Map(sampled.map((one) => [scalars[key], one]));
  return Object.fromEntries(sampled.flatMap((one) => [["__proto__", one] as const, ["other", one] as const]));
}

/** A member that does not lead back to the union. */
function shallowest({ members }: AnyUnionType): Field {
  const rank = ({ type }: Field) => (typeof type === "string" ? 0 : type.kind === "union" ? 2 : 1);
  return [...members].sort((a, b) => rank(a) - rank(b))[0]!;
}
