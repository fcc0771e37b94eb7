import type { Declaration, Method } from "@gorpc/idl";
import { pascalCase } from "./names.ts";

/** The name of the union of a method's typed errors. */
export function errorUnionName(method: Method): string {
  return `${pascalCase(method.name)}Error`;
}

/** The names that a declaration takes at the top level of its output file, its own first. */
export function derivedNames(declaration: Declaration): string[] {
  const { name } = declaration;
  if (declaration.kind === "error") return [name, `${name}Fields`];
  if (declaration.kind !== "service") return [name];
  const guards = declaration.methods
    .filter((method) => method.throws.length > 0)
    .flatMap((method) => [errorUnionName(method), `is${errorUnionName(method)}`]);
  return [name, `${name}Handlers`, `${name}Client`, ...guards];
}
