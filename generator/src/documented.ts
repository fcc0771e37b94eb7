import type { Declaration, SchemaFile } from "@gorpc/idl";
import { docBody } from "./emit-doc.ts";
import type { FileContext, Use } from "./file-context.ts";

/** Something that a doc comment or a deprecation can belong to, by its name within the package. */
export interface Documented {
  readonly name: string;
  readonly doc: string | undefined;
  readonly deprecated: string | undefined;
}

/** What a schema says to people, in its order. Constants are no part of what a service describes. */
export function documentedIn({ declarations }: SchemaFile): Documented[] {
  return declarations
    .filter(({ kind }) => kind !== "constant")
    .flatMap((declaration) => [
      declaration,
      ...membersOf(declaration).map((member) => ({ ...member, name: `${declaration.name}.${member.name}` })),
    ])
    .map(({ name, doc, deprecated }) => ({ name, doc: docBody(doc), deprecated }))
    .filter(({ doc, deprecated }) => doc !== undefined || deprecated !== undefined);
}

function membersOf(declaration: Declaration) {
  switch (declaration.kind) {
    case "constant":
      return [];
    case "enum":
      return declaration.values;
    case "message":
    case "error":
      return declaration.fields;
    case "union":
      return declaration.members;
    case "service":
      return declaration.methods;
  }
}

const known = new WeakMap<SchemaFile, boolean>();

/** Whether a file, or one that it imports, directly or not, says something to people. */
export function carriesDocs(file: SchemaFile): boolean {
  let carries = known.get(file);
  if (carries === undefined) known.set(file, (carries = findDocs(file)));
  return carries;
}

function findDocs(file: SchemaFile): boolean {
  const reached = new Set([file]);
  // The set grows while it is walked; imports may go in circles.
  for (const one of reached) {
    if (documentedIn(one).length > 0) return true;
    for (const { file: imported } of one.imports) reached.add(imported);
  }
  return false;
}

/** The imported files whose types the file's code needs, and which carry docs; each with its local name for them. */
export function importedDocs({ file, imported }: FileContext): ReadonlyMap<SchemaFile, string> {
  const needed = file.imports
    .flatMap(({ names }) => names)
    .filter(({ declaration }) => isNeeded(imported.get(declaration)))
    .map(({ declaration }) => declaration.file);
  const carrying = [...new Set(needed)].filter(carriesDocs);
  return new Map(carrying.map((one, index) => [one, `$docs${index + 1}`]));
}

/** What is imported as a type alone is no part of what a service describes. */
function isNeeded(uses: ReadonlySet<Use> | undefined): boolean {
  return uses !== undefined && (uses.has("value") || uses.has("body"));
}
