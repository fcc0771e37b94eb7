/**
 * Names on the Go side. Clashes and names that Go does not export are errors where Go was asked for, or where
 * one of the two carries `@go`.
 */
import { goName } from "../names.ts";
import type { Declaration } from "../schema.ts";
import type { Span } from "../span.ts";
import type { Unit } from "../resolve/unit.ts";
import type { CheckOptions, Rule } from "./index.ts";

/** Something with a name on the Go side. */
interface Named {
  readonly name: string;
  readonly go?: string | undefined;
  readonly span: Span;
}

const exported = /^\p{Lu}[\p{L}\p{Nd}_]*$/u;
/** A server registers a service under any name; the method's name is split off at the last dot. */
const registered = /^[\p{L}_][\p{L}\p{Nd}_/-]*(?:\.[\p{L}_][\p{L}\p{Nd}_/-]*)*$/u;

export const goNames: Rule = (unit, options) => {
  const { declarations } = unit.model;
  const services = declarations.filter(({ kind }) => kind === "service");
  checkScope(services, registered, unit, options);
  checkScope(
    declarations.filter(({ kind }) => kind === "message" || kind === "union"),
    exported,
    unit,
    options,
  );
  for (const declaration of declarations)
    checkScope(members(declaration), exported, unit, options, taken(declaration));
};

function members(declaration: Declaration): readonly Named[] {
  switch (declaration.kind) {
    case "message":
      return declaration.fields;
    case "union":
      return declaration.members;
    case "service":
      return declaration.methods;
    // On the Go side an error is its text, an enum an int.
    case "error":
    case "enum":
    case "constant":
      return [];
  }
}

/** The struct of a union has a field of its own. */
const taken = ({ kind }: Declaration): ReadonlyMap<string, string> =>
  new Map(kind === "union" ? [["Kind", "the number of the member"]] : []);

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
    const name = named.go ?? goName(named.name);
    const explicit = named.go !== undefined;
    const owner = owners.get(name);
    owners.set(name, owner ?? { what: `\`${named.name}\``, explicit });
    if (!go && !explicit && !owner?.explicit) continue;
    if (!valid.test(name)) report("go-name", named.span, { name: named.name, go: name });
    else if (owner !== undefined)
      report("go-name-clash", named.span, { name: named.name, go: name, other: owner.what });
  }
}
