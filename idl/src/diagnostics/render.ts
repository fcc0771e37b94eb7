/** Diagnostics for people, as text with code frames, and for programs, as plain data. */
import { visible } from "./clip.ts";
import type { Diagnostic, Severity } from "./diagnostic.ts";
import { Lines, type Position } from "./lines.ts";

type Style = "red" | "yellow" | "blue" | "bold";
type Paint = (text: string, ...styles: Style[]) => string;

const codes: Readonly<Record<Style, number>> = { red: 31, yellow: 33, blue: 34, bold: 1 };
const coloured: Paint = (text, ...styles) =>
  `\u001b[${styles.map((style) => codes[style]).join(";")}m${text}\u001b[0m`;
const plain: Paint = (text) => text;

const severityStyle: Readonly<Record<Severity, Style>> = { error: "red", warning: "yellow" };

export interface RenderOptions {
  /** Whether to use the colours of a terminal. */
  readonly color: boolean;
}

/**
 * The diagnostics as text: for each one what is wrong, `file:line:column`, the source with the place underlined
 * and the remedy; at the end how many there are. Empty where there are none.
 */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
  { color }: RenderOptions,
): string {
  if (diagnostics.length === 0) return "";
  const paint = color ? coloured : plain;
  const lines = lineTables(sources);
  const blocks = diagnostics.map((diagnostic) => renderOne(diagnostic, lines(diagnostic.span.path), paint));
  return [...blocks, `${count(diagnostics)}\n`].join("\n");
}

function renderOne(
  { severity, code, message, help, span }: Diagnostic,
  lines: Lines | undefined,
  paint: Paint,
): string {
  const style = severityStyle[severity];
  const title = `${paint(`${severity}[${code}]`, style, "bold")}${paint(`: ${message}`, "bold")}`;
  const advice = help === undefined ? [] : [`${paint("help:", "blue", "bold")} ${help}`];
  const path = visible(span.path);
  if (lines === undefined)
    return [title, `  ${paint("-->", "blue")} ${path}`, ...indented(advice, 2), ""].join("\n");
  const { line, column } = lines.position(span.start);
  const margin = String(line).length;
  const bar = paint("|", "blue");
  const { text, from, to } = window(lines.line(line), column - 1, span.end - span.start);
  const underline = " ".repeat(from) + paint("^".repeat(Math.max(1, to - from)), style, "bold");
  return [
    title,
    `${" ".repeat(margin)}${paint("-->", "blue")} ${path}:${line}:${column}`,
    `${" ".repeat(margin)} ${bar}`,
    `${paint(String(line), "blue")} ${bar} ${text}`.trimEnd(),
    `${" ".repeat(margin)} ${bar} ${underline}`,
    ...indented(advice, margin + 1),
    "",
  ].join("\n");
}

const indented = (lines: readonly string[], by: number): string[] =>
  lines.map((line) => " ".repeat(by) + line);

/** Characters of a line that a frame shows at most. */
const widest = 160;

/**
 * A line fit to be shown, with the place to underline. A span that goes on in the next line ends with this one; a long line is cut
 * around the place. Tabs become two spaces.
 */
function window(line: string, start: number, length: number): { text: string; from: number; to: number } {
  const cut = line.length <= widest ? 0 : Math.max(0, Math.min(start - widest / 4, line.length - widest));
  const shown = line.slice(cut, cut + widest);
  const place = [start - cut, Math.min(start + length - cut, shown.length)] as const;
  const text = (part: string): string => visible(part.replaceAll("\t", "  "));
  const [before, marked, behind] = [
    shown.slice(0, place[0]),
    shown.slice(...place),
    shown.slice(Math.max(...place)),
  ];
  const left = (cut > 0 ? "…" : "") + text(before);
  const right = text(behind) + (cut + widest < line.length ? "…" : "");
  return { text: left + text(marked) + right, from: left.length, to: left.length + text(marked).length };
}

function count(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  const parts = [plural(errors, "error"), plural(diagnostics.length - errors, "warning")];
  return parts.filter((part) => part !== "").join(", ");
}

const plural = (number: number, noun: string): string =>
  number === 0 ? "" : `${number} ${noun}${number === 1 ? "" : "s"}`;

/** A diagnostic for programs: editors, annotations of a code review. */
export interface DiagnosticJson {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly help?: string;
  readonly path: string;
  /** Line and column count from 1, columns in UTF-16 units. */
  readonly start: Position;
  /** Exclusive. */
  readonly end: Position;
}

/** The diagnostics as data for `JSON.stringify`. */
export function diagnosticsToJson(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
): DiagnosticJson[] {
  const lines = lineTables(sources);
  return diagnostics.map(({ span, ...said }) => {
    const table = lines(span.path) ?? new Lines("");
    return { ...said, path: span.path, start: table.position(span.start), end: table.position(span.end) };
  });
}

/** Makes the table of each file's lines at its first use. */
function lineTables(sources: ReadonlyMap<string, string>): (path: string) => Lines | undefined {
  const tables = new Map<string, Lines>();
  return (path) => {
    const text = sources.get(path);
    if (text === undefined) return undefined;
    const table = tables.get(path) ?? new Lines(text);
    tables.set(path, table);
    return table;
  };
}
