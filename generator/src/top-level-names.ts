import {
  clientName,
  type Declaration,
  fieldsName,
  handlersName,
  methodErrorGuardName,
  methodErrorName,
} from "@gorpc/idl";
import { bodyName } from "./names.ts";

/** The names that a declaration takes at the top level of its output file, its own first. */
export function topLevelNames(declaration: Declaration): string[] {
  const { name } = declaration;
  if (declaration.kind === "error") return [name, fieldsName(declaration)];
  if (declaration.kind === "message" || declaration.kind === "union") return [name, bodyName(name)];
  if (declaration.kind !== "service") return [name];
  const guards = declaration.methods
    .filter((method) => method.throws.length > 0)
    .flatMap((method) => [methodErrorName(method), methodErrorGuardName(method)]);
  return [name, handlersName(declaration), clientName(declaration), ...guards];
}
