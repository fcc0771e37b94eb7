/** What each annotation means, where it may stand, and what it takes. */
import type { AnnotationNode, LiteralNode } from "../syntax/ast.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import { milliseconds } from "../syntax/literals.ts";
import { statusCodes, type StatusCode } from "../schema.ts";
import { nearest } from "../diagnostics/suggest.ts";

/** What an annotation stands at. */
export type Annotated =
  | "message"
  | "enum"
  | "union"
  | "error"
  | "service"
  | "constant"
  | "rpc"
  | "field"
  | "union member"
  | "error field"
  | "enum value";

/** The annotations of one declaration or member, read. */
export interface Annotations {
  readonly deprecated?: string;
  readonly timeout?: number;
  readonly idempotent?: true;
  readonly code?: StatusCode;
  readonly go?: string;
  readonly json?: string;
  readonly sensitive?: true;
}

interface Specification {
  readonly on: readonly Annotated[];
  /** As it is written, for advice. */
  readonly usage: string;
  /** The argument's value; undefined, or reported and null, where it is not what the annotation takes. */
  readonly read: (argument: LiteralNode | undefined, report: Report) => unknown;
}

/** The longest timeout that travels: above it, timers would fire at once. */
const longestTimeout = 2 ** 31 - 1;

const flag = (argument: LiteralNode | undefined): true | undefined =>
  argument === undefined ? true : undefined;

const text = (argument: LiteralNode | undefined): string | undefined =>
  argument?.kind === "text" && argument.value !== "" ? argument.value : undefined;

const reason = (argument: LiteralNode | undefined): string | undefined =>
  argument === undefined ? "" : argument.kind === "text" ? argument.value : undefined;

function statusCode(argument: LiteralNode | undefined, report: Report): StatusCode | null | undefined {
  if (argument?.kind !== "word") return undefined;
  const code = statusCodes.find((name) => name === argument.text);
  if (code !== undefined) return code;
  report("unknown-code", argument.span, {
    code: argument.text,
    suggestion: () => nearest(argument.text, statusCodes),
  });
  return null;
}

function timeout(argument: LiteralNode | undefined, report: Report): number | null | undefined {
  const ms = argument?.kind === "number" ? milliseconds(argument.text) : undefined;
  if (argument === undefined || ms === undefined) return undefined;
  if (ms > 0 && ms <= longestTimeout) return ms;
  report("bad-timeout", argument.span, { limit: longestTimeout });
  return null;
}

const fields = ["field", "union member", "error field"] as const;

const specifications: Readonly<Record<keyof Annotations, Specification>> = {
  deprecated: {
    on: ["message", "enum", "union", "error", "service", "rpc", ...fields, "enum value"],
    usage: '@deprecated("why")',
    read: reason,
  },
  timeout: { on: ["rpc"], usage: "@timeout(500ms)", read: timeout },
  idempotent: { on: ["rpc"], usage: "@idempotent", read: flag },
  code: { on: ["error"], usage: "@code(NOT_FOUND)", read: statusCode },
  go: { on: [...fields, "service", "rpc"], usage: '@go("Name")', read: text },
  json: { on: fields, usage: '@json("name")', read: text },
  sensitive: { on: fields, usage: "@sensitive", read: flag },
};

const isAnnotation = (name: string): name is keyof Annotations => Object.hasOwn(specifications, name);

/** Reads the annotations of one declaration or member, and reports those that are wrong. */
export function readAnnotations(
  nodes: readonly AnnotationNode[],
  on: Annotated,
  report: Report,
): Annotations {
  const read: Record<string, unknown> = {};
  const seen = new Set<string>();
  for (const node of nodes) {
    const value = readAnnotation(node, on, seen, report);
    if (value !== undefined) read[node.name.text] = value;
  }
  return read;
}

function readAnnotation(node: AnnotationNode, on: Annotated, seen: Set<string>, report: Report): unknown {
  const { name, arguments: literals } = node;
  if (!isAnnotation(name.text)) {
    const suggestion = () =>
      nearest(name.text, allowedOn(on)) ?? nearest(name.text, Object.keys(specifications));
    report("unknown-annotation", name.span, { name: name.text, suggestion });
    return undefined;
  }
  const { on: allowed, usage, read } = specifications[name.text];
  if (!allowed.includes(on)) {
    report("misplaced-annotation", name.span, { name: name.text, on, allowed });
    return undefined;
  }
  if (seen.has(name.text)) {
    report("duplicate-annotation", name.span, { name: name.text });
    return undefined;
  }
  seen.add(name.text);
  if (node.incomplete || literals.some((literal) => literal.kind === "number" && literal.bad))
    return undefined;
  const value = literals.length > 1 ? undefined : read(literals[0], report);
  if (value === undefined) {
    const span = literals.length === 1 ? literals[0]!.span : node.span;
    report("bad-annotation", span, { name: name.text, usage });
  }
  return value ?? undefined;
}

const allowedOn = (on: Annotated): string[] =>
  Object.entries(specifications).flatMap(([name, { on: allowed }]) => (allowed.includes(on) ? [name] : []));
