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

/** Splits Markdown into blocks; what Go does not have stays as the text that it is. */
export function docBlocks(markdown: string): DocBlock[] {
  const blocks: DocBlock[] = [];
  const lines = markdown.split("\n");
  let open = false;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    const text = plainLine(line);
    const last = blocks.at(-1);
    const taken = open ? 0 : codeLength(lines, at);
    if (taken > 0 || fence.test(line)) {
      const length = taken > 0 ? taken : fencedLength(lines, at);
      addCode(blocks, taken > 0 ? lines.slice(at, at + length) : withoutFences(lines.slice(at, at + length)));
      at += length - 1;
      open = false;
    } else if (text === "") {
      open = false;
    } else if (heading.test(text)) {
      blocks.push({ kind: "heading", text: goTrim(heading.exec(text)![1]!) });
      open = false;
    } else if (startsItem(text, open ? last : undefined)) {
      addItem(blocks, text);
      open = true;
    } else if (open) {
      addLine(last, text);
    } else {
      blocks.push({ kind: "paragraph", lines: [text] });
      open = true;
    }
  }
  return blocks.filter((block) => block.kind !== "heading" || block.text !== "");
}

/** How many lines of indented code begin here, up to the last that is not blank. */
function codeLength(lines: readonly string[], at: number): number {
  let length = 0;
  for (let next = at; next < lines.length; next++) {
    const blank = goTrim(lines[next]!) === "";
    if (!blank && !indentation.test(lines[next]!)) break;
    if (!blank) length = next - at + 1;
    else if (next === at) break;
  }
  return length;
}

/** How many lines a fenced block has, its fences too; it may lack the closing one. */
function fencedLength(lines: readonly string[], at: number): number {
  const opening = fence.exec(lines[at]!)![1]!;
  const closing = lines.findIndex((line, index) => index > at && line.trim().startsWith(opening));
  return (closing < 0 ? lines.length : closing + 1) - at;
}

function withoutFences(lines: readonly string[]): string[] {
  return lines.filter((line, index) => index > 0 && (index < lines.length - 1 || !fence.test(line)));
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
function startsItem(text: string, open: DocBlock | undefined): boolean {
  const [, bullet, number] = item.exec(text) ?? [];
  return bullet !== undefined || (number !== undefined && (open?.kind !== "paragraph" || number === "1"));
}

function addItem(blocks: DocBlock[], text: string): void {
  const [, bullet, number, rest] = item.exec(text)!;
  const added: Item = { marker: bullet === undefined ? `${number}.` : "-", lines: [plainLine(rest!)] };
  const last = blocks.at(-1);
  if (last?.kind === "list" && isNumbered(last) === isNumbered({ items: [added] })) last.items.push(added);
  else blocks.push({ kind: "list", items: [added] });
}

export function isNumbered({ items }: Pick<List, "items">): boolean {
  return items[0]?.marker !== "-";
}

function addLine(block: DocBlock | undefined, text: string): void {
  if (block?.kind === "paragraph") block.lines.push(text);
  if (block?.kind === "list") block.items.at(-1)!.lines.push(text);
}
