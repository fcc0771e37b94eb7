import { type Method, methodErrorGuardName, methodErrorName } from "@gorpc/idl";
import { type StatementStructures, StructureKind } from "ts-morph";
import { docs } from "./emit-doc.ts";
import type { FileContext } from "./file-context.ts";

/** The union of a method's typed errors, for an exhaustive `switch` over `kind`, and its guard. */
export function emitErrorUnion(method: Method, context: FileContext): StatementStructures[] {
  if (method.throws.length === 0) return [];
  const name = methodErrorName(method);
  const errors = method.throws.map((error) => context.valueName(error));
  const parameter = context.scope().take("error");
  return [
    {
      kind: StructureKind.TypeAlias,
      isExported: true,
      docs: docs({ doc: `The typed errors of \`${method.localName}\`.` }),
      name,
      type: errors.join(" | "),
    },
    {
      kind: StructureKind.Function,
      isExported: true,
      docs: docs({ doc: `Whether an error is one of the typed errors of \`${method.localName}\`.` }),
      name: methodErrorGuardName(method),
      parameters: [{ name: parameter, type: "unknown" }],
      returnType: `${parameter} is ${name}`,
      statements: [`return ${errors.map((error) => `${parameter} instanceof ${error}`).join(" || ")};`],
    },
  ];
}
