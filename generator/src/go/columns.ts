/** A line of a block that gofmt sets in columns: a struct's field, one of several constants. */
export interface Row {
  /** The lines of its comment. */
  readonly comment: readonly string[];
  readonly cells: readonly string[];
}

/** The lines of a block, indented. Columns go on until a comment; a blank line stands before each comment but a first one. */
export function columns(rows: readonly Row[]): string[] {
  const lines: string[] = [];
  for (const section of sections(rows)) {
    const widths = section[0]!.cells.map((_, column) => widest(section, column));
    for (const { comment, cells } of section) {
      if (comment.length > 0 && lines.length > 0) lines.push("");
      lines.push(
        ...comment,
        cells
          .map((cell, column) => pad(cell, widths[column]!))
          .join(" ")
          .trimEnd(),
      );
    }
  }
  return lines.map(indented);
}

function sections(rows: readonly Row[]): Row[][] {
  const all: Row[][] = [];
  for (const row of rows) {
    if (row.comment.length > 0 || all.length === 0) all.push([row]);
    else all.at(-1)!.push(row);
  }
  return all;
}

const widest = (rows: readonly Row[], column: number): number =>
  rows.reduce((width, { cells }) => Math.max(width, lengthOf(cells[column]!)), 0);

/** In characters, as gofmt counts, and not in UTF-16 units. */
const lengthOf = (text: string): number => [...text].length;

const pad = (text: string, width: number): string => text + " ".repeat(width - lengthOf(text));

/** A line one tab further in; a blank one stays blank. */
export const indented = (line: string): string => (line === "" ? "" : `\t${line}`);
