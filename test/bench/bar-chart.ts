/** A bar of a {@link barChart}. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  /** What stands behind the bar. */
  readonly text: string;
  /** In the colour that stands out. */
  readonly ours: boolean;
}

const row = { height: 26, bar: 16 };
const width = 760;
const labels = 150;
const texts = 190;
const top = 56;
const bottom = 34;

/** Horizontal bars from zero, in SVG; legible on a light and on a dark page. */
export function barChart(title: string, note: string, bars: readonly Bar[]): string {
  const most = Math.max(...bars.map(({ value }) => value));
  const height = top + bars.length * row.height + bottom;
  const lines = bars.flatMap((bar, index) => {
    const y = top + index * row.height;
    const length = Math.max(1, (bar.value / most) * (width - labels - texts));
    const baseline = y + row.bar - 3;
    return [
      `  <text class="label" x="${labels - 10}" y="${baseline}">${escape(bar.label)}</text>`,
      `  <rect class="${bar.ours ? "ours" : "theirs"}" x="${labels}" y="${y}" width="${length.toFixed(1)}" height="${row.bar}" rx="2"/>`,
      `  <text x="${(labels + length + 8).toFixed(1)}" y="${baseline}">${escape(bar.text)}</text>`,
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}">`,
    "  <style>",
    "    text { font: 13px system-ui, sans-serif; fill: #24292f; }",
    "    .title { font-size: 16px; font-weight: 600; }",
    "    .note { font-size: 11px; fill: #6e7781; }",
    "    .label { text-anchor: end; }",
    "    .ours { fill: #1a7f64; }",
    "    .theirs { fill: #9aa4b0; }",
    "    @media (prefers-color-scheme: dark) {",
    "      text { fill: #e6edf3; }",
    "      .note { fill: #9198a1; }",
    "      .ours { fill: #3fb68b; }",
    "      .theirs { fill: #6e7681; }",
    "    }",
    "  </style>",
    `  <text class="title" x="16" y="30">${escape(title)}</text>`,
    ...lines,
    `  <text class="note" x="16" y="${height - 12}">${escape(note)}</text>`,
    "</svg>",
    "",
  ].join("\n");
}

function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
