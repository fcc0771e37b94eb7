/** A Markdown table with its columns aligned, so that it reads well on a terminal too. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  // The first column names the row; the others are figures.
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(" | ")} |`;
  const rule = widths.map((width, i) => (i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** A whole number with its thousands grouped. */
export function whole(value: number): string {
  return grouped.format(value);
}

/** Three digits that mean something. */
export function digits(value: number): string {
  return value >= 100 ? whole(value) : value.toPrecision(3);
}

/** A part of one as a percentage. */
export function percent(part: number): string {
  return `${(part * 100).toFixed(0)} %`;
}

/** A ratio; nothing where there is none. */
export function times(ratio: number | undefined): string {
  return ratio === undefined ? "" : `${ratio.toFixed(2)}x`;
}
