/** Rules about single kinds of declarations: enums, unions, errors and services. */
import { wholeNumber } from "../syntax/literals.ts";
import { localName } from "../names.ts";
import type { Rule } from "./index.ts";

export const enumsStartWithZero: Rule = ({ ast, report }) => {
  for (const declaration of ast.declarations) {
    if (declaration.kind !== "enum" || declaration.incomplete) continue;
    const { members, name, span } = declaration;
    const values = members.map(({ number }) =>
      number === undefined || number.bad ? undefined : wholeNumber(number.text),
    );
    // A number that is missing or none is reported, and may have been the 0.
    if (values[0] === 0n || values.includes(undefined)) continue;
    const zero = members[values.indexOf(0n)];
    if (zero === undefined) report("enum-without-zero", name?.span ?? span, { name: name?.text ?? "" });
    else report("enum-zero-not-first", zero.span, { name: zero.name.text });
  }
};

export const emptyUnions: Rule = ({ ast, report }) => {
  for (const { kind, name, span, ...body } of ast.declarations) {
    if (kind !== "union" || !("members" in body) || body.incomplete || body.members.length > 0) continue;
    report("empty-union", name?.span ?? span, { name: name?.text ?? "" });
  }
};

export const unionMembers: Rule = ({ ast, report }) => {
  for (const declaration of ast.declarations) {
    if (declaration.kind !== "union") continue;
    for (const { name } of declaration.members) {
      if (name.text === "unknown") report("union-member-unknown", name.span);
    }
  }
};

/** Properties of an error that its fields would hide. */
const errorProperties = new Set([
  "message",
  "name",
  "stack",
  "cause",
  "code",
  "metadata",
  "kind",
  "rawMessage",
  "sent",
  "retryAfter",
  "attempts",
  "constructor",
  "toString",
  "__proto__",
]);

export const errorFields: Rule = ({ ast, report }) => {
  for (const declaration of ast.declarations) {
    if (declaration.kind !== "error") continue;
    for (const { name } of declaration.members) {
      if (errorProperties.has(name.text)) report("error-field-name", name.span, { name: name.text });
    }
  }
};

/** What the client's class has, or may not have, beside its methods. */
const takenInClient: Readonly<Record<string, string>> = {
  channel: "the property with the client's channel",
  constructor: "the constructor of the client",
  then: "what makes `await` take the client for a promise",
};

export const rpcNames: Rule = ({ ast, report }) => {
  for (const declaration of ast.declarations) {
    if (declaration.kind !== "service") continue;
    const seen = new Map<string, string>();
    for (const { name } of declaration.methods) {
      const local = localName(name.text);
      const other = seen.get(local);
      if (other === name.text) report("duplicate-name", name.span, { name: name.text, what: "rpc" });
      else if (other !== undefined) report("rpc-name-clash", name.span, { name: name.text, local, other });
      else if (Object.hasOwn(takenInClient, local)) {
        report("rpc-name", name.span, { name: name.text, local, what: takenInClient[local]! });
      } else if (!/^[a-z]/.test(local)) report("rpc-name-without-letter", name.span, { name: name.text });
      seen.set(local, other ?? name.text);
    }
  }
};

export const throwsOnce: Rule = ({ ast, report }) => {
  for (const declaration of ast.declarations) {
    if (declaration.kind !== "service") continue;
    for (const { throws } of declaration.methods) {
      const seen = new Set<string>();
      for (const { text, span } of throws) {
        if (seen.has(text)) report("duplicate-throws", span, { name: text });
        seen.add(text);
      }
    }
  }
};
