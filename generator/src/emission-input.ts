import type { Declaration, SchemaFile } from "@gorpc/idl";
import { createHash } from "node:crypto";
import { carriesDocs } from "./documented.ts";
import { neededFields } from "./needed.ts";
import type { TargetOf } from "./target.ts";

/**
 * A digest of all that a file's TypeScript depends on: of what the schema declares and of what it imports, whole; and of what
 * lies further away, as much as can reach it.
 */
export function emissionInput(file: SchemaFile, targetOf: TargetOf): string {
  const imported = new Set(file.imports.flatMap(({ names }) => names.map(({ declaration }) => declaration)));
  const around = new Set([...imported].map((declaration) => declaration.file));
  const parts = [
    { ...file, declarations: file.declarations.map(withNeeds), carries: carriesDocs(file) },
    [...imported].map(withNeeds),
    [...around].map((other) => [other.path, carriesDocs(other), targetOf(other.path).path]),
    targetOf(file.path),
  ];
  return createHash("sha256").update(JSON.stringify(parts, withoutReferences)).digest("base64");
}

/** What a message cannot be without depends on messages anywhere. */
function withNeeds(declaration: Declaration): object {
  const needs = declaration.kind === "message" ? neededFields(declaration) : [];
  return { ...declaration, needs };
}

/** Where a declaration refers to others, their names are enough, and where it stands in its file does not matter. */
function withoutReferences(key: string, value: unknown): unknown {
  switch (key) {
    case "span":
      return undefined;
    case "file":
      return (value as SchemaFile).path;
    case "declaration":
      return nameOf(value as Declaration);
    case "throws":
      return (value as readonly Declaration[]).map(nameOf);
    default:
      return jsonOf(value);
  }
}

function nameOf({ kind, name, file }: Declaration): readonly string[] {
  return [kind, name, file.path];
}

/** JSON knows no bigints, and of numbers neither -0 nor the infinite ones. */
function jsonOf(value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  return typeof value === "number" ? (Object.is(value, -0) ? "-0" : String(value)) : value;
}
