/**
 * Names on the Go side. Clashes and names that Go does not export are errors where Go was asked for, or where
 * one of the two carries `@go`.
 */
import { goMemberName } from "../go-names.ts";
import type { Declaration } from "../schema.ts";
import type { Span } from "../span.ts";
import type { Unit } from "../resolve/unit.ts";
import type { CheckOptions, Rule } from "./index.ts";

/** Something with a name on the Go side, which `@go` can change. */
interface Named {
  readonly name: string;
  readonly go?: string | undefined;
  readonly span: Span;
}

/** What Go exports. */
export const exportedInGo = /^\p{Lu}[\p{L}\p{Nd}_]*$/u;
/** A server registers a service under any name; the method's name is split off at the last dot. */
const registered = /^[\p{L}_][\p{L}\p{Nd}_/-]*(?:\.[\p{L}_][\p{L}\p{Nd}_/-]*)*$/u;

export const goNames: Rule = (unit, options) => {
  const { declarations } = unit.model;
  const services = declarations.filter(({ kind }) => kind === "service");
  checkScope(services, registered, unit, options);
  for (const declaration of declarations)
    checkScope(members(declaration), exportedInGo, unit, options, taken(declaration));
};

function members(declaration: Declaration): readonly Named[] {
  switch (declaration.kind) {
    case "message":
    case "error":
      return declaration.fields;
    case "union":
      return declaration.members;
    case "service":
      return declaration.methods;
    // Their names stand at the top level of the package.
    case "enum":
    case "constant":
      return [];
  }
}

/** What a Go struct has besides the fields of the schema. */
function taken({ kind }: Declaration): ReadonlyMap<string, string> {
  if (kind === "union") return new Map([["Kind", "the number of the member"]]);
  return new Map(kind === "error" ? [["Error", "the method that gives the error's text"]] : []);
}

function checkScope(
  names: readonly Named[],
  valid: RegExp,
  { report }: Unit,
  { go = false }: CheckOptions,
  taken: ReadonlyMap<string, string> = new Map(),
): void {
  if (!go && names.every((named) => named.go === undefined)) return;
  const owners = new Map([...taken].map(([name, what]) => [name, { what, explicit: false }]));
  for (const named of names) {
    const name = goMemberName(named);
    const what = `\`${named.name}\``;
    const explicit = named.go !== undefined;
    const owner = owners.get(name);
    owners.set(name, owner ?? { what, explicit });
    if (!go && !explicit && !owner?.explicit) continue;
    if (!valid.test(name)) report("go-name", named.span, { name: named.name, go: name, annotated: true });
    else if (owner !== undefined)
      report("go-name-clash", named.span, { go: name, what, other: owner.what, remedy: "annotate" });
  }
}
