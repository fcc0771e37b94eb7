import { posix } from "node:path";
import type { SchemaFile } from "@gorpc/idl";
import { type ImportDeclarationStructure, StructureKind } from "ts-morph";
import { carriesDocs, importedDocs } from "./documented.ts";
import type { FileContext } from "./file-context.ts";
import { bodyName } from "./names.ts";
import { defaultRuntimeImport, type ImportExtension, type Target, type TargetOf } from "./target.ts";

const endings: Readonly<Record<ImportExtension, string>> = { ts: ".ts", js: ".js", none: "" };

/** One import whatever is used: a schema may declare a `Channel` of its own. */
export function emitRuntimeImport({ file }: FileContext, target: Target): ImportDeclarationStructure[] {
  const use = runtimeUse(file);
  if (use === undefined) return [];
  return [
    {
      kind: StructureKind.ImportDeclaration,
      isTypeOnly: use === "type",
      namespaceImport: "rpc",
      moduleSpecifier: target.runtimeImport ?? defaultRuntimeImport,
    },
  ];
}

/** Enums and constants stand alone; an unused import would be an error in a strict project. */
function runtimeUse(file: SchemaFile): "value" | "type" | undefined {
  if (file.declarations.some(({ kind }) => kind !== "enum" && kind !== "constant")) return "value";
  return carriesDocs(file) ? "type" : undefined;
}

/** The imports of what other schemas declare, as far as it is used, in the schema's order. */
export function emitImports(
  context: FileContext,
  target: Target,
  targetOf: TargetOf,
): ImportDeclarationStructure[] {
  const byPath = new Map<string, string[]>();
  for (const { declaration, alias } of context.file.imports.flatMap(({ names }) => names)) {
    const uses = context.imported.get(declaration);
    if (uses === undefined) continue;
    const { path } = targetOf(declaration.file.path);
    const names = byPath.get(path) ?? [];
    if (uses.has("value")) names.push(renamed(declaration.name, alias));
    else if (uses.has("type")) names.push(`type ${renamed(declaration.name, alias)}`);
    if (uses.has("body")) names.push(renamed(bodyName(declaration.name), bodyName(alias)));
    byPath.set(path, names);
  }
  for (const [file, local] of importedDocs(context))
    byPath.get(targetOf(file.path).path)?.push(`$docs as ${local}`);
  return [...byPath].map(([path, names]) => emitImport(specifier(target, path), names));
}

function renamed(name: string, alias: string): string {
  return alias === name ? alias : `${name} as ${alias}`;
}

function emitImport(moduleSpecifier: string, names: readonly string[]): ImportDeclarationStructure {
  // `import {}` with types alone would still load the file at run time.
  const isTypeOnly = names.every((name) => name.startsWith("type "));
  const namedImports = isTypeOnly ? names.map((name) => name.slice("type ".length)) : [...names];
  return { kind: StructureKind.ImportDeclaration, isTypeOnly, namedImports, moduleSpecifier };
}

/** How one output file names another. */
function specifier(from: Target, to: string): string {
  const relative = posix
    .relative(posix.dirname(from.path), to)
    .replace(/\.ts$/, endings[from.importExtension]);
  return relative.startsWith("../") ? relative : `./${relative}`;
}
