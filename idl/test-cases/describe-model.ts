/** A model as text to read and to compare: every property, references as full names, spans as what they cover. */
import type { SchemaFile, Span, Type } from "../src/index.ts";

/** How much of a model to show. */
export interface DescribeOptions {
  /** The texts of the files, for the spans; without them spans are left out. */
  readonly sources?: ReadonlyMap<string, string>;
}

export function describeModel(file: SchemaFile, { sources }: DescribeOptions = {}): string {
  const lines: string[] = [];
  write("", file, "");

  function write(label: string, value: unknown, indent: string): void {
    if (value === undefined) return;
    if (Array.isArray(value)) {
      value.forEach((item) => write(`${label} -`, item, indent));
    } else if (isSpan(value)) {
      const text = sources?.get(value.path)?.slice(value.start, value.end);
      if (text !== undefined) lines.push(`${indent}${label} ${JSON.stringify(text)}`);
    } else if (typeof value !== "object" || value === null) {
      lines.push(`${indent}${label} ${typeof value === "bigint" ? `${value}n` : JSON.stringify(value)}`);
    } else if (isType(value)) {
      lines.push(`${indent}${label} ${typeText(value)}`);
    } else if (isReference(value, label)) {
      lines.push(
        `${indent}${label} ${"fullName" in value ? String(value.fullName) : (value as SchemaFile).package}`,
      );
    } else {
      lines.push(`${indent}${label}`.trimEnd());
      for (const [key, part] of Object.entries(value).sort(byKey)) {
        if (key !== "path" && key !== "file") write(key, part, `${indent}${label === "" ? "" : "  "}`);
      }
    }
  }
  return `${lines.join("\n").trim()}\n`;
}

/** In a fixed order, whichever way the object was made: what it is, then the alphabet. */
const byKey = ([one]: [string, unknown], [other]: [string, unknown]): number =>
  rank(one) - rank(other) || (one < other ? -1 : 1);
const rank = (key: string): number => ["", "kind", "package", "name", "number", "type"].indexOf(key) >>> 0;

const isSpan = (value: unknown): value is Span =>
  typeof value === "object" && value !== null && "start" in value && "end" in value;

const isType = (value: object): value is Type =>
  "scalar" in value || "element" in value || "key" in value || ("kind" in value && "declaration" in value);

function typeText(type: Type): string {
  switch (type.kind) {
    case "scalar":
      return type.scalar;
    case "list":
      return `list<${typeText(type.element)}>`;
    case "map":
      return `map<${type.key}, ${typeText(type.value)}>`;
    case "enum":
    case "message":
    case "union":
      return `${type.kind} ${type.declaration.fullName}`;
  }
}

/** Declarations are shown in full where they are declared, and by name where they are referred to. */
const isReference = (value: object, label: string): boolean =>
  "declarations" in value ? label !== "" : "fullName" in value && label !== "declarations -";
