import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
}

/** The sources of what the runtime's package offers. */
function entries(): string[] {
  const { exports } = JSON.parse(readFileSync(`${root}runtime/package.json`, "utf8")) as Manifest;
  return Object.values(exports).flatMap((entry) =>
    typeof entry === "string"
      ? []
      : [`${root}runtime/${entry.types.replace("./dist/", "src/").replace(/\.d\.ts$/, ".ts")}`],
  );
}

/** Each export once, by where it is declared, but for what is generated: its schema says what it is. */
function exported(): Set<ts.Declaration> {
  const program = ts.createProgram(entries(), {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    allowImportingTsExtensions: true,
    // Names alone are looked up: no library is needed for that.
    noLib: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  const found = new Set<ts.Declaration>();
  for (const entry of entries()) {
    const module = checker.getSymbolAtLocation(program.getSourceFile(entry)!)!;
    for (const each of checker.getExportsOfModule(module)) {
      const symbol = each.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(each) : each;
      for (const declaration of symbol.declarations ?? [])
        if (!declaration.getSourceFile().fileName.endsWith(".gorpc.ts")) found.add(declaration);
    }
  }
  return found;
}

function hasDoc(node: ts.Node): boolean {
  return ts.getJSDocCommentsAndTags(node).length > 0;
}

function nameOf(node: ts.Declaration): string {
  const name = ts.getNameOfDeclaration(node)?.getText() ?? "";
  return `${relative(root, node.getSourceFile().fileName)}: ${name}`;
}

/** What a user writes: each member is a decision, and an editor shows what there is to know of it. */
function optionsOf(declaration: ts.Declaration): readonly ts.Declaration[] {
  return ts.isInterfaceDeclaration(declaration) && /(Options|Limits|Times)$/.test(declaration.name.text)
    ? declaration.members.filter((member) => member.name !== undefined)
    : [];
}

it("every export, and every option, says in the editor what it is", () => {
  const all = [...exported()];
  // Else nothing was looked at.
  expect(all.length).toBeGreaterThan(120);
  expect(all.flatMap(optionsOf).length).toBeGreaterThan(100);
  const silent = [...all, ...all.flatMap(optionsOf)].filter((each) => !hasDoc(each));
  expect(silent.map(nameOf)).toEqual([]);
});
