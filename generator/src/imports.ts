import { posix } from "node:path";
import { type ImportDeclarationStructure, StructureKind } from "ts-morph";
import type { FileContext } from "./file-context.ts";
import { defaultRuntimeImport, type ImportExtension, type Target } from "./target.ts";

const endings: Readonly<Record<ImportExtension, string>> = { ts: ".ts", js: ".js", none: "" };

/** One import whatever is used: a schema may declare a `Channel` of its own. */
export function emitRuntimeImport({
  runtimeImport = defaultRuntimeImport,
}: Target): ImportDeclarationStructure {
  return { kind: StructureKind.ImportDeclaration, namespaceImport: "rpc", moduleSpecifier: runtimeImport };
}

/** The imports of what other schemas declare, as far as it is used, in the schema's order. */
export function emitImports(
  { file, imported }: FileContext,
  target: Target,
  targetOf: (schemaPath: string) => Target,
): ImportDeclarationStructure[] {
  const byPath = new Map<string, string[]>();
  for (const { declaration, alias } of file.imports.flatMap(({ names }) => names)) {
    const use = imported.get(declaration);
    if (use === undefined) continue;
    const { path } = targetOf(declaration.file.path);
    const named = alias === declaration.name ? alias : `${declaration.name} as ${alias}`;
    const names = byPath.get(path) ?? [];
    names.push(use === "type" ? `type ${named}` : named);
    byPath.set(path, names);
  }
  return [...byPath].map(([path, names]) => emitImport(specifier(target, path), names));
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
