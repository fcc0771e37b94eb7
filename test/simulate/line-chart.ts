export interface LineChart {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  /** By line: its name, and points with x ascending; those whose y is no number above zero are left out. */
  readonly lines: readonly (readonly [name: string, points: readonly (readonly [x: number, y: number])[]])[];
}

const width = 760;
const height = 360;
const plot = { left: 64, top: 36, right: 520, bottom: 312 };
/** Okabe and Ito's, which people who see few colours can tell apart, but for the yellow. */
const colours = ["#000000", "#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
const dashes = ["", "6 3", "2 3"];

/** An SVG with linear x and logarithmic y. */
export function lineChart({ title, x, y, lines }: LineChart): string {
  const points = lines.flatMap(([, each]) => each).filter(isDrawn);
  const [x0, x1] = [least(points, 0), most(points, 0)];
  const [y0, y1] = [least(points, 1) / 1.1, most(points, 1) * 1.1];
  const toX = (value: number): number =>
    plot.left + ((value - x0) / (x1 - x0 || 1)) * (plot.right - plot.left);
  const toY = (value: number): number =>
    plot.bottom - (Math.log(value / y0) / Math.log(y1 / y0)) * (plot.bottom - plot.top);
  const path = (each: readonly (readonly [number, number])[]): string =>
    each
      .filter(isDrawn)
      .map(([px, py]) => `${toX(px).toFixed(1)},${toY(py).toFixed(1)}`)
      .join(" ");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(plot.left, 20, title, 'font-size="14" font-weight="bold"'),
    text((plot.left + plot.right) / 2, height - 12, x, 'text-anchor="middle"'),
    text(
      14,
      (plot.top + plot.bottom) / 2,
      y,
      `text-anchor="middle" transform="rotate(-90 14 ${(plot.top + plot.bottom) / 2})"`,
    ),
    ...yTicks(y0, y1).map(
      (tick) =>
        `<line x1="${plot.left}" x2="${plot.right}" y1="${toY(tick).toFixed(1)}" y2="${toY(tick).toFixed(1)}" stroke="#dddddd"/>` +
        text(plot.left - 6, toY(tick) + 4, tick.toLocaleString("en-US"), 'text-anchor="end"'),
    ),
    ...roundNumbers(x0, x1).map((tick) =>
      text(toX(tick), plot.bottom + 16, `${tick}`, 'text-anchor="middle"'),
    ),
    ...lines.map(([, each], i) => `<polyline fill="none" ${strokeOf(i)} points="${path(each)}"/>`),
    ...lines.map(([name], i) => legend(name, i)),
    "</svg>\n",
  ].join("\n");
}

function legend(name: string, i: number): string {
  const y = plot.top + 8 + i * 20;
  const x = plot.right + 16;
  return `<line x1="${x}" x2="${x + 28}" y1="${y}" y2="${y}" ${strokeOf(i)}/>${text(x + 34, y + 4, name)}`;
}

function strokeOf(i: number): string {
  const dash = dashes[Math.floor(i / colours.length) % dashes.length]!;
  return `stroke="${colours[i % colours.length]}" stroke-width="1.8"${dash === "" ? "" : ` stroke-dasharray="${dash}"`}`;
}

function text(x: number, y: number, content: string, more = ""): string {
  const escaped = content.replace(/[&<>]/g, (found) => `&#${found.charCodeAt(0)};`);
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${more === "" ? "" : ` ${more}`}>${escaped}</text>`;
}

/** 1, 2 and 5 times each power of ten between the two; where that is next to nothing, round numbers. */
function yTicks(low: number, high: number): number[] {
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++)
    ticks.push(...[1, 2, 5].map((digit) => Number((digit * 10 ** power).toPrecision(1))));
  const between = ticks.filter((tick) => tick >= low && tick <= high);
  return between.length < 3 ? roundNumbers(low, high) : between;
}

/** Some five, evenly spread. */
function roundNumbers(low: number, high: number): number[] {
  const rough = (high - low) / 5 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((each) => each >= rough)!;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

function isDrawn([, y]: readonly [number, number]): boolean {
  return y > 0 && Number.isFinite(y);
}

function least(points: readonly (readonly [number, number])[], axis: 0 | 1): number {
  return points.reduce((low, point) => Math.min(low, point[axis]), Infinity);
}

function most(points: readonly (readonly [number, number])[], axis: 0 | 1): number {
  return points.reduce((high, point) => Math.max(high, point[axis]), -Infinity);
}
