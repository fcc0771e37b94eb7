import {
  type StatementStructures,
  StructureKind,
  VariableDeclarationKind,
  type VariableStatementStructure,
} from "ts-morph";

/** A constant with its type; private unless `more` says otherwise. */
export function emitConst(
  name: string,
  type: string,
  initializer: string,
  more: Partial<VariableStatementStructure> = {},
): StatementStructures {
  return {
    kind: StructureKind.VariableStatement,
    declarationKind: VariableDeclarationKind.Const,
    ...more,
    declarations: [{ name, type, initializer }],
  };
}
