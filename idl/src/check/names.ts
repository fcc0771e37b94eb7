/** Rules about the names of declarations, in the schema and in the TypeScript made from it. */
import type { NameNode } from "../syntax/ast.ts";
import { clientName, fieldsName, handlersName, methodErrorGuardName, methodErrorName } from "../names.ts";
import { type Declaration, scalars } from "../schema.ts";
import type { Span } from "../span.ts";
import { isKeyword } from "../syntax/tokens.ts";
import type { Unit } from "../resolve/unit.ts";
import type { Rule } from "./index.ts";

/** What TypeScript does not let a module call a type or a constant, and what generated code relies on. */
const reservedInTypeScript = new Set(
  (
    "break case catch class const continue debugger default delete do else enum export extends false finally for " +
    "function if import in instanceof new null return super switch this throw true try typeof var void while with " +
    "implements interface let package private protected public static yield await arguments eval " +
    "any unknown never number bigint boolean string symbol object undefined globalThis rpc"
  ).split(" "),
);

/** A name at the top level of a file. */
interface TopLevelName {
  readonly name: NameNode;
  /** `message`, `import`. */
  readonly what: string;
}

/** All names at the top level of a file, in source order. */
function topLevelNames({ ast }: Unit): TopLevelName[] {
  const imported = ast.imports.flatMap(({ names }) =>
    names.map(({ alias }) => ({ name: alias, what: "import" })),
  );
  const declared = ast.declarations.flatMap(({ name, kind }) =>
    name === undefined ? [] : [{ name, what: kind }],
  );
  return [...imported, ...declared].sort((one, other) => one.name.span.start - other.name.span.start);
}

export const declaredNames: Rule = (unit) => {
  const seen = new Map<string, TopLevelName>();
  for (const declared of topLevelNames(unit)) {
    const { text, span } = declared.name;
    const earlier = seen.get(text);
    if (earlier !== undefined)
      unit.report("duplicate-name", span, { name: text, what: `${earlier.what} of this file` });
    else checkName(declared, unit);
    seen.set(text, earlier ?? declared);
  }
};

function checkName({ name: { text, span } }: TopLevelName, { report }: Unit): void {
  const suggestion = `${text.charAt(0).toUpperCase()}${text.slice(1)}_`;
  if (isKeyword(text))
    report("keyword-name", span, { name: text, what: "a keyword of the language", suggestion });
  else if ((scalars as readonly string[]).includes(text)) {
    report("keyword-name", span, { name: text, what: "a type of the language", suggestion });
  } else if (reservedInTypeScript.has(text)) {
    const what = text === "rpc" ? "what generated code calls the runtime" : "a reserved name in TypeScript";
    report("keyword-name", span, { name: text, what, suggestion });
  }
}

/** A name that the generated file exports because of a declaration. */
interface Derived {
  readonly name: string;
  readonly what: string;
  readonly owner: NameNode;
}

function derived(declaration: Declaration): Derived[] {
  const owner = { text: declaration.name, span: declaration.span };
  if (declaration.kind === "error") {
    return [{ name: fieldsName(declaration), what: `the fields of error \`${declaration.name}\``, owner }];
  }
  if (declaration.kind !== "service") return [];
  const service = `service \`${declaration.name}\``;
  const throwing = declaration.methods.filter(({ throws }) => throws.length > 0);
  return [
    { name: clientName(declaration), what: `the client of ${service}`, owner },
    { name: handlersName(declaration), what: `the handlers of ${service}`, owner },
    ...throwing.flatMap((method) => {
      const what = `${declaration.name}.${method.name}`;
      const owner = { text: method.name, span: method.span };
      return [
        { name: methodErrorName(method), what: `the errors of rpc \`${what}\``, owner },
        { name: methodErrorGuardName(method), what: `the guard for the errors of rpc \`${what}\``, owner },
      ];
    }),
  ];
}

/** Of two names that clash, the later in the source is reported, and a name once. */
export const derivedNames: Rule = (unit) => {
  const named = topLevelNames(unit).map(({ name, what }) => ({
    name: name.text,
    what: `${what} \`${name.text}\``,
    owner: name,
    written: true,
  }));
  const made = unit.model.declarations.flatMap(derived).map((name) => ({ ...name, written: false }));
  const all = [...named, ...made].sort((one, other) => one.owner.span.start - other.owner.span.start);
  const taken = new Map<string, (typeof all)[number]>();
  const reported = new Set<Span>();
  for (const name of all) {
    const earlier = taken.get(name.name);
    taken.set(name.name, earlier ?? name);
    if (earlier === undefined || (earlier.written && name.written) || earlier.owner === name.owner) continue;
    if (reported.has(name.owner.span)) continue;
    reported.add(name.owner.span);
    const clash = { name: name.name, owner: name.owner.text, what: name.what, other: earlier.what };
    unit.report("derived-name-clash", name.owner.span, clash);
  }
};

/** Files that import each other, directly or by way of others, share their packages' names. */
export function fullNames(units: readonly Unit[]): void {
  const groups = new Map<Unit, Unit[]>(units.map((unit) => [unit, [unit]]));
  for (const unit of units) {
    for (const { unit: imported } of unit.imports) if (imported !== undefined) merge(groups, unit, imported);
  }
  for (const group of new Set(groups.values())) checkGroup(group);
}

function merge(groups: Map<Unit, Unit[]>, one: Unit, other: Unit): void {
  const [small, large] = [groups.get(one)!, groups.get(other)!].sort((a, b) => a.length - b.length) as [
    Unit[],
    Unit[],
  ];
  if (small === large) return;
  large.push(...small);
  for (const unit of small) groups.set(unit, large);
}

function checkGroup(group: readonly Unit[]): void {
  const seen = new Map<string, Declaration>();
  for (const { own, report } of group) {
    for (const declaration of own.values()) {
      const { fullName, span } = declaration;
      const earlier = seen.get(fullName);
      if (earlier === undefined) seen.set(fullName, declaration);
      else report("duplicate-full-name", span, { fullName, path: earlier.file.path });
    }
  }
}
