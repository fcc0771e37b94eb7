/** A metric of Prometheus' text format, version 0.0.4. */
export class Family {
  readonly #name: string;
  readonly #lines: string[];

  /** @param help - what it measures, in one sentence */
  constructor(name: string, type: "counter" | "gauge" | "histogram", help: string) {
    this.#name = name;
    this.#lines = [`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${type}`];
  }

  sample(labels: Readonly<Record<string, string>>, value: number, suffix = ""): this {
    const written = Object.entries(labels).map(([key, text]) => `${key}="${escapeLabel(text)}"`);
    this.#lines.push(`${this.#name}${suffix}{${written.join(",")}} ${formatNumber(value)}`);
    return this;
  }

  /**
   * One series of a histogram.
   * @param bounds - the buckets' upper bounds, ascending, without the last one, which has none
   * @param counts - by bucket, not cumulative; one more than there are bounds
   */
  histogram(
    labels: Readonly<Record<string, string>>,
    bounds: readonly number[],
    counts: readonly number[],
    sum: number,
  ): this {
    let below = 0;
    counts.forEach((count, i) => {
      below += count;
      this.sample({ ...labels, le: formatNumber(bounds[i] ?? Infinity) }, below, "_bucket");
    });
    return this.sample(labels, sum, "_sum").sample(labels, below, "_count");
  }

  toString(): string {
    return this.#lines.map((line) => `${line}\n`).join("");
  }
}

function formatNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? "+Inf" : "-Inf";
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
