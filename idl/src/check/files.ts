/** Rules about a file as a whole: its package and its imports. */
import { lost } from "../resolve/unit.ts";
import type { Rule } from "./index.ts";

export const packageFirst: Rule = ({ ast, problems, report }) => {
  const start = [...ast.imports, ...ast.declarations].reduce(
    (least, { span }) => Math.min(least, span.start),
    Infinity,
  );
  const [first, ...others] = ast.packages;
  for (const { span } of others) report("duplicate-package", span);
  if (first !== undefined) {
    if (first.span.start > start) report("package-not-first", first.span);
    return;
  }
  const place = Number.isFinite(start) ? start : 0;
  // What could not be read before the first statement may have been the package.
  if (ast.lost.some && problems.some(({ span }) => span.start <= place)) return;
  report("missing-package", { path: ast.path, start: place, end: place });
};

export const importsOnce: Rule = ({ imports, report }) => {
  const seen = new Set<unknown>();
  for (const { node, unit } of imports) {
    if (unit === undefined || node.names.length === 0) continue;
    if (seen.has(unit)) report("duplicate-import", node.specifier?.span ?? node.span);
    seen.add(unit);
  }
};

/** Says nothing about a file with parts that could not be read: what is imported may be used there. */
export const importsUsed: Rule = ({ ast, used, scope, report }) => {
  if (ast.lost.some) return;
  for (const { alias } of ast.imports.flatMap(({ names }) => names)) {
    if (scope.get(alias.text) === lost || used.has(alias.text)) continue;
    report("unused-import", alias.span, { name: alias.text });
  }
};
