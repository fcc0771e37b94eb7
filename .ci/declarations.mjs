// The types of a package, as an editor and a compiler need them: what its entries export, and what that refers to.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import ts from "typescript";

/**
 * Writes the declarations that can be reached from a package's entries.
 * @param from - the folder that tsc has emitted all declarations to
 * @param entries - paths of the entries' declarations in it
 * @param to - the folder to write to
 * @returns the paths that were written, under `to`
 */
export function writeDeclarations(from, entries, to) {
  const modules = new Reachable(from);
  for (const entry of entries) modules.addAll(entry);
  for (const { path, file, kept } of modules.all()) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    writeFileSync(join(to, path), textOf(file, kept));
  }
  return modules.all().map(({ path }) => path);
}

/** The statements that can be reached, by module. Names are followed as they are written: nothing is checked here. */
class Reachable {
  #from;
  #modules = new Map();

  constructor(from) {
    this.#from = from;
  }

  all() {
    return [...this.#modules.values()].filter(({ kept }) => kept.size > 0);
  }

  /** All that a module exports. */
  addAll(path) {
    const module = this.#module(path);
    for (const statement of module.file.statements) {
      if (ts.isExportDeclaration(statement)) this.#addExport(module, statement);
      else if (!ts.isImportDeclaration(statement)) this.#add(module, statement);
    }
  }

  #module(path) {
    let module = this.#modules.get(path);
    if (module === undefined) {
      module = readModule(join(this.#from, path), path);
      this.#modules.set(path, module);
    }
    return module;
  }

  #addExport(module, statement) {
    if (module.kept.has(statement)) return;
    module.kept.add(statement);
    const { moduleSpecifier, exportClause } = statement;
    if (moduleSpecifier === undefined) return this.#follow(module, exportClause);
    if (!isRelative(moduleSpecifier)) return;
    const target = targetOf(module.path, moduleSpecifier);
    if (exportClause === undefined || !ts.isNamedExports(exportClause)) return this.addAll(target);
    for (const { propertyName, name } of exportClause.elements)
      this.#addExported(target, (propertyName ?? name).text);
  }

  #addExported(path, name) {
    const module = this.#module(path);
    if (this.#addLocal(module, name)) return;
    for (const statement of module.file.statements) {
      if (!ts.isExportDeclaration(statement)) continue;
      const names = statement.exportClause?.elements?.map((element) => element.name.text);
      if (names === undefined || names.includes(name)) this.#addExport(module, statement);
    }
  }

  /** False where the module declares and imports nothing of this name. */
  #addLocal(module, name) {
    const imported = module.imports.get(name);
    if (imported !== undefined) this.#addExported(imported.path, imported.name);
    const statements = module.declarations.get(name) ?? [];
    for (const statement of statements) this.#add(module, statement);
    return imported !== undefined || statements.length > 0;
  }

  #add(module, statement) {
    if (module.kept.has(statement)) return;
    module.kept.add(statement);
    this.#follow(module, statement);
  }

  #follow(module, node) {
    // A member's name refers to nothing.
    if (ts.isIdentifier(node) && node.parent.name !== node) this.#addLocal(module, node.text);
    if (ts.isImportTypeNode(node) && isRelative(node.argument.literal))
      this.#addExported(targetOf(module.path, node.argument.literal), node.qualifier.text);
    ts.forEachChild(node, (child) => this.#follow(module, child));
  }
}

function readModule(fileName, path) {
  const file = ts.createSourceFile(fileName, readFileSync(fileName, "utf8"), ts.ScriptTarget.ESNext, true);
  const module = { path, file, kept: new Set(), imports: new Map(), declarations: new Map() };
  for (const statement of file.statements) {
    if (ts.isImportDeclaration(statement)) noteImports(module, statement);
    else
      for (const name of namesOf(statement))
        module.declarations.set(name, [...(module.declarations.get(name) ?? []), statement]);
  }
  return module;
}

function noteImports({ path, imports }, { importClause, moduleSpecifier }) {
  if (!isRelative(moduleSpecifier)) return;
  for (const { propertyName, name } of importClause?.namedBindings?.elements ?? [])
    imports.set(name.text, { path: targetOf(path, moduleSpecifier), name: (propertyName ?? name).text });
}

function namesOf(statement) {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.text);
  return statement.name === undefined ? [] : [statement.name.text];
}

function isRelative(specifier) {
  return specifier.text.startsWith(".");
}

function targetOf(path, specifier) {
  return join(dirname(path), specifier.text).replace(/\.ts$/, ".d.ts");
}

/** What is kept of a file: its imports without the names that nothing refers to any more, and tabs for spaces. */
function textOf(file, kept) {
  const used = new Set();
  const note = (node) => {
    if (ts.isIdentifier(node)) used.add(node.text);
    ts.forEachChild(node, note);
  };
  for (const statement of kept) note(statement);
  const parts = file.statements.flatMap((statement) => {
    if (ts.isImportDeclaration(statement)) return importOf(statement, used);
    return kept.has(statement) ? file.text.slice(statement.pos, statement.end).trim() : [];
  });
  return `${parts.join("\n").replace(/^(?: {4})+/gm, (spaces) => "\t".repeat(spaces.length / 4))}\n`;
}

function importOf(statement, used) {
  const { importClause, moduleSpecifier } = statement;
  const bindings = importClause?.namedBindings;
  if (bindings === undefined || !ts.isNamedImports(bindings)) return statement.getText();
  const names = bindings.elements.filter(({ name }) => used.has(name.text));
  if (names.length === 0) return [];
  const list = names.map((name) => name.getText().replace(/^type /, "")).join(", ");
  return `import type { ${list} } from ${moduleSpecifier.getText()};`;
}
