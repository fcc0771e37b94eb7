/** A file on its way from syntax tree to model, and how names are looked up in it. */
import type { DeclarationNode, FileNode, ImportNode } from "../syntax/ast.ts";
import type { Problem, Report } from "../diagnostics/diagnostic.ts";
import type { Declaration, Import, SchemaFile } from "../schema.ts";

/** What others see as read-only, while it is being filled. */
export type Draft<T> = T extends unknown ? { -readonly [K in keyof T]: T[K] } : never;

export interface Unit {
  readonly ast: FileNode;
  readonly text: string;
  readonly problems: Problem[];
  readonly report: Report;
  readonly model: SchemaFile & { imports: Import[]; declarations: Declaration[] };
  readonly imports: readonly ImportedUnit[];
  /** The model of each declaration, with a name or without. */
  readonly declared: Map<DeclarationNode, Declaration>;
  /** What the file declares, by name; of two with one name the first. */
  readonly own: Map<string, Declaration>;
  /** Declarations of any file whose body could not be read in full. */
  readonly incomplete: Set<Declaration>;
  /** What names mean in the file: its own, and what it imports. */
  readonly scope: Map<string, Declaration | typeof lost>;
  /** The names that the file mentioned. */
  readonly used: Set<string>;
}

export interface ImportedUnit {
  readonly node: ImportNode;
  /** Undefined where the file could not be read. */
  readonly unit: Unit | undefined;
}

/** A name that exists for all we know: it was in a part, or a file, that could not be read. */
export const lost = Symbol("lost");

/** What a name means in a file; undefined where it means nothing. */
export function lookUp(unit: Unit, name: string): Declaration | typeof lost | undefined {
  unit.used.add(name);
  return unit.scope.get(name) ?? (mayHaveBeenLost(unit, name) ? lost : undefined);
}

/** The import, as it is written, of a file that declares a name which this file does not import. */
export const importable = ({ imports }: Unit, name: string): string | undefined =>
  imports.find(({ unit }) => unit?.own.has(name) && unit.own.get(name)?.kind !== "service")?.node.specifier
    ?.value;

/** Whether a name may have been declared in a part of the file that could not be read. */
export function mayHaveBeenLost({ ast }: Unit, name: string): boolean {
  const { names, nameless, rest } = ast.lost;
  return nameless || rest || names.has(name);
}
