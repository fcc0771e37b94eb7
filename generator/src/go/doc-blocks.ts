/** What a doc comment in Markdown is made of, as far as Go's doc comments have the same. */
import { goTrim, plainLine } from "./doc-text.ts";

export type DocBlock = Paragraph | Heading | List | Code;

export interface Paragraph {
  readonly kind: "paragraph";
  readonly lines: string[];
}

export interface Heading {
  readonly kind: "heading";
  readonly text: string;
}

export interface List {
  readonly kind: "list";
  readonly items: Item[];
}

/** Nested items stand among the others: Go's lists do not nest. */
export interface Item {
  /** `-`, or a number with its dot. */
  readonly marker: string;
  readonly lines: string[];
}

export interface Code {
  readonly kind: "code";
  readonly lines: string[];
}

const fence = /^ {0,3}(`{3,}|~{3,})/;
const indentation = /^(?: {4}|\t)/;
const heading = /^#{1,6}[ \t]+(.*?)(?:[ \t]+#+)?$/;
const item = /^(?:([-*+•])|([0-9]+)[.)])[ \t]+(.+)$/;

/** What a next line of text may go on with. */
type Open = Paragraph | List | undefined;

/** Splits Markdown into blocks; what Go does not have stays as the text that it is. */
export function docBlocks(markdown: string): DocBlock[] {
  const blocks: DocBlock[] = [];
  const lines = markdown.split("\n");
  let open: Open;
  for (let at = 0; at < lines.length; at++) {
    const length = codeLength(lines, at, open);
    if (length === 0) {
      open = addText(blocks, plainLine(lines[at]!), open);
      continue;
    }
    addCode(blocks, withoutFences(lines.slice(at, at + length)));
    open = undefined;
    at += length - 1;
  }
  return blocks;
}

function addText(blocks: DocBlock[], text: string, open: Open): Open {
  if (text === "") return undefined;
  const title = heading.exec(text)?.[1];
  if (title !== undefined) {
    blocks.push({ kind: "heading", text: goTrim(title) });
    return undefined;
  }
  if (startsItem(text, open)) return addItem(blocks, text);
  if (open === undefined) {
    const paragraph: Paragraph = { kind: "paragraph", lines: [text] };
    blocks.push(paragraph);
    return paragraph;
  }
  (open.kind === "list" ? open.items.at(-1)! : open).lines.push(text);
  return open;
}

/** How many lines of code begin here. */
function codeLength(lines: readonly string[], at: number, open: Open): number {
  if (fence.test(lines[at]!)) return fencedLength(lines, at);
  // Indented text goes on with what is open.
  return open === undefined ? indentedLength(lines, at) : 0;
}

/** Up to the last line that is not blank. */
function indentedLength(lines: readonly string[], at: number): number {
  let length = 0;
  for (let next = at; next < lines.length; next++) {
    const blank = goTrim(lines[next]!) === "";
    if (blank ? next === at : !indentation.test(lines[next]!)) break;
    if (!blank) length = next - at + 1;
  }
  return length;
}

/** How many lines a fenced block has, its fences too; it may lack the closing one. */
function fencedLength(lines: readonly string[], at: number): number {
  const opening = fence.exec(lines[at]!)![1]!;
  const closing = lines.findIndex((line, index) => index > at && line.trim().startsWith(opening));
  return (closing < 0 ? lines.length : closing + 1) - at;
}

function withoutFences(lines: readonly string[]): readonly string[] {
  if (!fence.test(lines[0]!)) return lines;
  return lines.slice(1, lines.length > 1 && fence.test(lines.at(-1)!) ? -1 : undefined);
}

/** Blocks of code that follow each other are one: nothing could stand between them. */
function addCode(blocks: DocBlock[], lines: readonly string[]): void {
  const code = unindented(lines);
  if (code.length === 0) return;
  const last = blocks.at(-1);
  if (last?.kind === "code") last.lines.push("", ...code);
  else blocks.push({ kind: "code", lines: code });
}

/** Without what all lines begin with, and without blank lines around them. */
function unindented(lines: readonly string[]): string[] {
  const trimmed = lines.map((line) => (goTrim(line) === "" ? "" : line.replace(/\p{White_Space}+$/u, "")));
  const [first, last] = [
    trimmed.findIndex((line) => line !== ""),
    trimmed.findLastIndex((line) => line !== ""),
  ];
  const code = first < 0 ? [] : trimmed.slice(first, last + 1);
  const starts = code.filter((line) => line !== "").map((line) => /^[ \t]*/.exec(line)![0]);
  const common = starts.reduce((one, other) => commonStart(one, other), starts[0] ?? "");
  return code.map((line) => line.slice(common.length));
}

function commonStart(one: string, other: string): string {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return one.slice(0, length);
}

/** In the midst of a paragraph a number may be no more than that, as at the end of a sentence. */
function startsItem(text: string, open: Open): boolean {
  const [, bullet, number] = item.exec(text) ?? [];
  return bullet !== undefined || (number !== undefined && (open?.kind !== "paragraph" || number === "1"));
}

function addItem(blocks: DocBlock[], text: string): List {
  const [, bullet, number, rest] = item.exec(text)!;
  const added: Item = { marker: bullet === undefined ? `${number}.` : "-", lines: [plainLine(rest!)] };
  const last = blocks.at(-1);
  if (last?.kind === "list" && isNumbered(last) === isNumbered({ items: [added] })) {
    last.items.push(added);
    return last;
  }
  const list: List = { kind: "list", items: [added] };
  blocks.push(list);
  return list;
}

export function isNumbered({ items }: Pick<List, "items">): boolean {
  return items[0]?.marker !== "-";
}
