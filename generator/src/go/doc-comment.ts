/** Doc comments in the form that gofmt gives them, so that it leaves them alone. */
import { withLineFeeds } from "../emit-doc.ts";
import { type DocBlock, docBlocks, isNumbered, type List } from "./doc-blocks.ts";
import { goTrim, plainLine, withoutControls } from "./doc-text.ts";

/** What a doc comment in Go says. */
export interface GoDoc {
  /** Before everything else: what the declaration is. */
  readonly lead?: string | undefined;
  /** Markdown. */
  readonly doc?: string | undefined;
  /** Paragraphs after it. */
  readonly notes?: readonly string[];
  /** The reason, possibly empty; undefined where not deprecated. */
  readonly deprecated?: string | undefined;
}

/** The lines of a comment, each with its `//`; none where there is nothing to say. */
export function docComment({ lead, doc = "", notes = [], deprecated }: GoDoc): string[] {
  const paragraph = (text: string): DocBlock => ({
    kind: "paragraph",
    lines: withoutControls(text).split("\n").map(plainLine),
  });
  const blocks = [
    ...(lead === undefined ? [] : [paragraph(lead)]),
    ...docBlocks(withoutControls(withLineFeeds(doc))),
    ...notes.map(paragraph),
    ...(deprecated === undefined ? [] : [paragraph(deprecation(deprecated))]),
  ];
  return commentLines(inGo(blocks));
}

function deprecation(reason: string): string {
  const text = reason.split(/\s+/).join(" ").trim();
  return `Deprecated: ${text === "" ? "Do not use." : text}`;
}

/**
 * The same blocks as Go can tell them apart. Lists and code are indented, and two of these in a row, or a comment of
 * nothing else, would be read as something else.
 */
function inGo(blocks: readonly DocBlock[]): DocBlock[] {
  const indented = ({ kind }: DocBlock) => kind === "list" || kind === "code";
  if (blocks.every(indented)) return blocks.map(asParagraph);
  const result: DocBlock[] = [];
  for (const [index, block] of blocks.entries()) {
    const [before, after] = [result.at(-1), blocks[index + 1]];
    const crowded = (before !== undefined && indented(before)) || after?.kind === "code";
    result.push(block.kind === "list" && crowded ? asParagraph(block) : block);
  }
  return result.map((block, index) => asHeading(block, index > 0, result[index + 1]));
}

function asParagraph(block: DocBlock): DocBlock {
  if (block.kind !== "list" && block.kind !== "code") return block;
  const lines = block.kind === "code" ? block.lines.map(plainLine) : itemLines(block, "", "");
  return { kind: "paragraph", lines: lines.filter((line) => line !== "") };
}

/** What gofmt takes for a heading and marks as one. */
function asHeading(block: DocBlock, hasBefore: boolean, after: DocBlock | undefined): DocBlock {
  if (block.kind !== "paragraph" || block.lines.length !== 1) return block;
  const text = block.lines[0]!;
  const marked = /^#[ \t]+(.+)$/.exec(text);
  if (marked !== null) return { kind: "heading", text: goTrim(marked[1]!) };
  const stands = hasBefore && (after?.kind === "paragraph" || after?.kind === "heading");
  return stands && looksLikeHeading(text) ? { kind: "heading", text } : block;
}

/** A line that begins with a capital, ends with a letter or digit, and has no punctuation but parentheses and commas. */
function looksLikeHeading(text: string): boolean {
  return (
    /^\p{Lu}(?:.*[\p{L}\p{Nd}])?$/u.test(text) &&
    !/[;:!?+*/=[\]{}_^°&§~%#@<">\\]/.test(text) &&
    !/'(?!s(?: |$))/.test(text) &&
    !/\.(?: |$)/.test(text)
  );
}

function commentLines(blocks: readonly DocBlock[]): string[] {
  const lines = blocks.flatMap((block, index) => [...(index === 0 ? [] : [""]), ...blockLines(block)]);
  return lines.map((line) =>
    noConstraint(line === "" ? "//" : `//${line.startsWith("\t") ? "" : " "}${line}`),
  );
}

function blockLines(block: DocBlock): readonly string[] {
  switch (block.kind) {
    case "paragraph":
      return block.lines;
    case "heading":
      return [`# ${block.text}`];
    case "list":
      return itemLines(block, isNumbered(block) ? " " : "  ", "    ");
    case "code":
      return codeLines(block.lines);
  }
}

function itemLines({ items }: List, indent: string, further: string): string[] {
  return items.flatMap(({ marker, lines: [first, ...rest] }) => [
    `${indent}${marker} ${first}`,
    ...rest.map((line) => `${further}${line}`),
  ]);
}

/** Code that begins as a list does would be read as one. */
function codeLines(lines: readonly string[]): string[] {
  const isList = /^(?:[-*+•]|[0-9]+[.)])[ \t]/.test(goTrim(lines[0]!));
  const shown = isList ? ["```", ...lines, "```"] : lines;
  return shown.map((line) => (line === "" ? "" : `\t${line}`));
}

/** Where a comment begins so, gofmt and the compiler see a build constraint. */
function noConstraint(line: string): string {
  return line.replace(/^(\/\/\p{White_Space}*)(\+build)(?=\p{White_Space}|$)/u, "$1`$2`");
}
