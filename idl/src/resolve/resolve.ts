/** From syntax trees to the model: every name becomes what it names. */
import { readAnnotations } from "./annotations.ts";
import type { DeclarationNode, ImportedNameNode, ReservedNode } from "../syntax/ast.ts";
import { resolveConstants } from "./constants.ts";
import { fill, toNumber } from "./members.ts";
import type { Declaration, ImportedName, Reserved } from "../schema.ts";
import { nearest } from "../diagnostics/suggest.ts";
import { lost, mayHaveBeenLost, type Unit } from "./unit.ts";

/** Resolves files that were loaded together: all declarations first, so that files may import each other. */
export function resolve(units: readonly Unit[]): void {
  for (const unit of units) declare(unit);
  for (const unit of units) bindImports(unit);
  for (const unit of units) {
    for (const [node, model] of unit.declared) fill(node, model, unit);
  }
  resolveConstants(units);
}

function declare(unit: Unit): void {
  for (const node of unit.ast.declarations) {
    const model = shell(node, unit);
    unit.declared.set(node, model);
    if ("incomplete" in node && node.incomplete) unit.incomplete.add(model);
    if (node.name === undefined) continue;
    unit.model.declarations.push(model);
    if (unit.own.has(model.name)) continue;
    unit.own.set(model.name, model);
    unit.scope.set(model.name, model);
  }
}

/** A declaration with its name, and nothing in it. */
function shell(node: DeclarationNode, unit: Unit): Declaration {
  const name = node.name?.text ?? "";
  const { package: packageName } = unit.model;
  const on = node.kind;
  const { deprecated, code, go } = readAnnotations(node.annotations, on, unit.report);
  const base = {
    name,
    doc: node.doc,
    deprecated,
    span: node.name?.span ?? node.span,
    fullName: packageName === "" ? name : `${packageName}.${name}`,
    file: unit.model,
  };
  const reserved: Reserved = "reserved" in node ? readReserved(node.reserved) : { ranges: [], names: [] };
  switch (node.kind) {
    case "constant":
      return { kind: node.kind, ...base, type: { kind: "scalar", scalar: "bool" }, value: false };
    case "enum":
      return { kind: node.kind, ...base, values: [], reserved };
    case "message":
      return { kind: node.kind, ...base, fields: [], reserved };
    case "union":
      return { kind: node.kind, ...base, members: [], reserved };
    case "error":
      return { kind: node.kind, ...base, code: code ?? "UNKNOWN", fields: [], reserved };
    case "service":
      return { kind: node.kind, ...base, go, methods: [] };
  }
}

function readReserved(statements: readonly ReservedNode[]): Reserved {
  const ranges: { from: number; to: number }[] = [];
  const names: string[] = [];
  for (const item of statements.flatMap(({ items }) => items)) {
    if (item.kind === "name") names.push(item.name.value);
    else ranges.push({ from: toNumber(item.from), to: toNumber(item.to) });
  }
  return { ranges, names };
}

function bindImports(unit: Unit): void {
  for (const { node, unit: target } of unit.imports) {
    const names = node.names.flatMap((name) => bindName(name, target, unit) ?? []);
    if (target === undefined) continue;
    const specifier = node.specifier?.value ?? "";
    unit.model.imports.push({ specifier, file: target.model, names, span: node.span });
  }
}

function bindName(
  { name, alias }: ImportedNameNode,
  target: Unit | undefined,
  unit: Unit,
): ImportedName | undefined {
  const declaration = target?.own.get(name.text);
  const free = !unit.scope.has(alias.text);
  if (declaration !== undefined && declaration.kind !== "service") {
    if (free) unit.scope.set(alias.text, declaration);
    return { declaration, alias: alias.text, span: alias.span };
  }
  if (free) unit.scope.set(alias.text, lost);
  if (declaration !== undefined) unit.report("imported-service", name.span, { name: name.text });
  else if (target !== undefined && !mayHaveBeenLost(target, name.text)) {
    const { path } = target.model;
    unit.report("unknown-import", name.span, {
      name: name.text,
      path,
      suggestion: () => nearest(name.text, target.own.keys()),
    });
  }
  return undefined;
}
