/** Fills declarations with what is in their bodies. */
import { type Annotated, readAnnotations } from "./annotations.ts";
import type {
  DeclarationNode,
  FieldNode,
  MethodNode,
  NameNode,
  NumberNode,
  PayloadNode,
  ValueNode,
} from "../syntax/ast.ts";
import { wholeNumber } from "../syntax/literals.ts";
import { localName } from "../names.ts";
import type { Declaration, EnumValue, Field, Method, Payload, TypedError } from "../schema.ts";
import { nearest } from "../diagnostics/suggest.ts";
import { resolveType } from "./types.ts";
import { type Draft, importable, lookUp, lost, type Unit } from "./unit.ts";

/** The number of a field or value; 0 where it is missing or no whole number, which a check reports. */
export const toNumber = (node: NumberNode | undefined): number => Number(wholeNumber(node?.text ?? "") ?? 0n);

/** Puts into a declaration what its node says. Constants wait until all types are known. */
export function fill(node: DeclarationNode, declaration: Draft<Declaration>, unit: Unit): void {
  if (node.kind === "enum" && declaration.kind === "enum") {
    declaration.values = node.members.map((value) => enumValue(value, unit));
  } else if (node.kind === "message" && declaration.kind === "message") {
    declaration.fields = node.members.flatMap((member) => field(member, "field", unit) ?? []);
  } else if (node.kind === "error" && declaration.kind === "error") {
    declaration.fields = node.members.flatMap((member) => field(member, "error field", unit) ?? []);
  } else if (node.kind === "union" && declaration.kind === "union") {
    declaration.members = node.members.flatMap((member) => field(member, "union member", unit) ?? []);
  } else if (node.kind === "service" && declaration.kind === "service") {
    declaration.methods = node.methods.map((member) => method(member, unit));
  }
}

function enumValue(node: ValueNode, unit: Unit): EnumValue {
  const { deprecated } = readAnnotations(node.annotations, "enum value", unit.report);
  const { text, span } = node.name;
  return { name: text, number: toNumber(node.number), doc: node.doc, deprecated, span };
}

/** Undefined where its type is not known. */
function field(node: FieldNode, on: Annotated, unit: Unit): Field | undefined {
  const { deprecated, json, go, sensitive } = readAnnotations(node.annotations, on, unit.report);
  const optional = on !== "union member" && node.type?.kind === "optional";
  const written = optional && node.type?.kind === "optional" ? node.type.inner : node.type;
  const type = written && resolveType(written, unit);
  if (type === undefined) return undefined;
  const { text: name, span } = node.name;
  const number = toNumber(node.number);
  return {
    name,
    number,
    type,
    optional,
    doc: node.doc,
    deprecated,
    json,
    go,
    sensitive: sensitive ?? false,
    span,
  };
}

function method(node: MethodNode, unit: Unit): Method {
  const { deprecated, timeout, idempotent, go } = readAnnotations(node.annotations, "rpc", unit.report);
  const { text: name, span } = node.name;
  return {
    name,
    localName: localName(name),
    doc: node.doc,
    deprecated,
    go,
    request: payload(node.request, unit),
    response: payload(node.response, unit),
    throws: node.throws.flatMap((thrown) => thrownError(thrown, unit) ?? []),
    timeout,
    idempotent: idempotent ?? false,
    span,
  };
}

function payload(node: PayloadNode | undefined, unit: Unit): Payload | undefined {
  const type = node && resolveType(node.type, unit);
  return node && type && { type, stream: node.stream };
}

function thrownError({ text, span }: NameNode, unit: Unit): TypedError | undefined {
  const declaration = lookUp(unit, text);
  if (declaration === lost) return undefined;
  if (declaration?.kind === "error") return declaration;
  if (declaration !== undefined) {
    unit.report("not-an-error", span, { name: text, kind: declaration.kind });
    return undefined;
  }
  const suggestion = () =>
    nearest(
      text,
      [...unit.scope].flatMap(([name, known]) => (known !== lost && known.kind === "error" ? [name] : [])),
    );
  unit.report("unknown-error", span, { name: text, importable: () => importable(unit, text), suggestion });
  return undefined;
}
