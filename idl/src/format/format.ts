/** The canonical layout of a text: the same tokens and comments, with other white space between them. */
import type { DeclarationNode, FileNode } from "../syntax/ast.ts";
import { type Diagnostic, explain, hasErrors } from "../diagnostics/diagnostic.ts";
import { layOut, type Plan } from "./line-writer.ts";
import { parse } from "../syntax/parse.ts";
import type { Span } from "../span.ts";
import { hasLineBreak } from "../syntax/white-space.ts";

/** What came of formatting a text. */
export interface FormatResult {
  /** The formatted text; the text as it was where it has errors. */
  readonly text: string;
  /** Mistakes of syntax and layout. */
  readonly diagnostics: Diagnostic[];
}

/**
 * Formats a schema. Comments and single blank lines are kept; field numbers are aligned, and so are the comments behind
 * consecutive lines. A text with a mistake in its syntax, or with an annotation where it could belong to another
 * field, is returned unchanged.
 * @param path for the diagnostics
 */
export function formatSource(text: string, path = "schema.gorpc"): FormatResult {
  const { file, problems } = parse(path, text);
  const diagnostics = [...problems].sort((one, other) => one.span.start - other.span.start).map(explain);
  if (hasErrors(diagnostics)) return { text, diagnostics };
  const formatted = layOut(text, plan(file, text));
  return { text: /^[^\n]*\r\n/.test(text) ? formatted.replaceAll("\n", "\r\n") : formatted, diagnostics };
}

type Draft = { [K in keyof Plan]: Plan[K] extends ReadonlyMap<infer A, infer B> ? Map<A, B> : Set<number> };

/** What the tree says about where lines begin. */
function plan(file: FileNode, text: string): Plan {
  const draft: Draft = { starts: new Map(), separate: new Set(), closers: new Set(), widths: new Map() };
  for (const { span } of [...file.packages, ...file.imports]) draft.starts.set(span.start, 0);
  for (const declaration of file.declarations) planDeclaration(declaration, text, draft);
  const statements = [
    ...file.packages.map(({ span }) => ({ kind: "package", span })),
    ...file.imports.map(({ span }) => ({ kind: "import", span })),
    ...file.declarations,
  ].sort((one, other) => one.span.start - other.span.start);
  statements.forEach(({ kind, span }, index) => {
    const run = (kind === "import" || kind === "constant") && statements[index - 1]?.kind === kind;
    if (index > 0 && !run) draft.separate.add(span.start);
  });
  return draft;
}

function planDeclaration(declaration: DeclarationNode, text: string, draft: Draft): void {
  planLeading(declaration, 0, text, draft);
  if (declaration.kind === "constant") return;
  draft.closers.add(declaration.span.end - 1);
  if (declaration.kind === "service") {
    for (const method of declaration.methods) planLeading(method, 1, text, draft);
    return;
  }
  const { members, reserved } = declaration;
  for (const { span } of [...members, ...reserved]) draft.starts.set(span.start, 1);
  const width = members.reduce((widest, { number }) => Math.max(widest, number?.text.length ?? 0), 0);
  for (const { number } of members) if (number !== undefined) draft.widths.set(number.span.start, width);
}

interface Led {
  readonly annotations: readonly { readonly span: Span }[];
  readonly keyword: number;
  readonly span: Span;
}

/** The keyword begins a line; of the annotations before it the first, and those that begin one already. */
function planLeading(
  { annotations, keyword, span }: Led,
  level: number,
  text: string,
  { starts }: Draft,
): void {
  starts.set(span.start, level);
  starts.set(keyword, level);
  annotations.forEach((annotation, index) => {
    const before = annotations[index - 1];
    if (before === undefined || !hasLineBreak(text.slice(before.span.end, annotation.span.start))) return;
    starts.set(annotation.span.start, level);
  });
}
