/** From a type as it is written to the type it means. */
import type { TypeNode } from "../syntax/ast.ts";
import { scalars, type MapKey, type MapType, type Scalar, type Type } from "../schema.ts";
import { nearest } from "../diagnostics/suggest.ts";
import { importable, lookUp, lost, type Unit } from "./unit.ts";

const isScalar = (name: string): name is Scalar => (scalars as readonly string[]).includes(name);

const noKeys: readonly string[] = ["bytes", "float32", "float64", "timestamp", "duration"];

/** What other languages call our types. */
const synonyms: Readonly<Record<string, string>> = {
  number: "float64` or `int",
  double: "float64",
  float: "float32",
  boolean: "bool",
  integer: "int",
  uint: "uint32",
  long: "int64",
  bigint: "int64",
  i32: "int32",
  i64: "int64",
  u32: "uint32",
  u64: "uint64",
  f32: "float32",
  f64: "float64",
  byte: "uint32",
  Uint8Array: "bytes",
  Buffer: "bytes",
  Date: "timestamp",
  datetime: "timestamp",
  Timestamp: "timestamp",
  Duration: "duration",
};

/** The type; undefined where it has a mistake, which is reported, or a part that could not be read. */
export function resolveType(node: TypeNode, unit: Unit): Type | undefined {
  switch (node.kind) {
    case "lost":
      return undefined;
    case "optional":
      unit.report("misplaced-optional", { ...node.span, start: node.span.end - 1 });
      return resolveType(node.inner, unit);
    case "list": {
      const element = resolveType(node.element, unit);
      return element && { kind: "list", element };
    }
    case "map":
      return resolveMap(node, unit);
    case "name":
      return resolveName(node, unit);
  }
}

function resolveMap(node: TypeNode & { kind: "map" }, unit: Unit): MapType | undefined {
  const key = resolveType(node.key, unit);
  const value = resolveType(node.value, unit);
  if (key !== undefined && (key.kind !== "scalar" || noKeys.includes(key.scalar))) {
    unit.report("bad-map-key", node.key.span);
    return undefined;
  }
  return key && value && { kind: "map", key: key.scalar as MapKey, value };
}

function resolveName({ text, span }: { text: string; span: TypeNode["span"] }, unit: Unit): Type | undefined {
  if (isScalar(text)) return { kind: "scalar", scalar: text };
  const declaration = lookUp(unit, text);
  if (declaration === lost) return undefined;
  switch (declaration?.kind) {
    case undefined:
      unit.report("unknown-type", span, {
        name: text,
        importable: () => importable(unit, text),
        suggestion: () => suggestType(text, unit),
      });
      return undefined;
    case "enum":
      return { kind: "enum", declaration };
    case "message":
      return { kind: "message", declaration };
    case "union":
      return { kind: "union", declaration };
    case "error":
    case "service":
    case "constant":
      unit.report("not-a-type", span, { name: text, kind: declaration.kind });
      return undefined;
  }
}

function suggestType(name: string, unit: Unit): string | undefined {
  if (Object.hasOwn(synonyms, name)) return synonyms[name];
  const types = [...unit.scope].flatMap(([known, meaning]) =>
    meaning === lost || ["enum", "message", "union"].includes(meaning.kind) ? [known] : [],
  );
  return nearest(name, [...types, ...scalars]);
}
