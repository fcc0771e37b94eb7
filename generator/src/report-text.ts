import { hasErrors, renderDiagnostics } from "@gorpc/idl";
import picocolors from "picocolors";
import type { FileReport, FileStatus, Reporter, RunReport } from "./report.ts";

type Colors = ReturnType<typeof picocolors.createColors>;

/** A run shorter than this, in ms, shows no progress. */
const quietTime = 500;

const verbs: Readonly<Record<FileStatus, string>> = {
  written: "written",
  unchanged: "unchanged",
  stale: "out of date",
  "would-write": "to be written",
  unformatted: "not formatted",
};

/** Tells a person: diagnostics and progress on standard error, the rest on standard output. */
export class TextReporter implements Reporter {
  readonly #stdout: NodeJS.WriteStream;
  readonly #stderr: NodeJS.WriteStream;
  readonly #colors: Colors;
  readonly #started = performance.now();
  #showsProgress = false;

  constructor(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#colors = picocolors.createColors(hasColors(stdout));
  }

  progress(done: number, total: number): void {
    if (!this.#stderr.isTTY || performance.now() - this.#started < quietTime) return;
    this.#stderr.write(`\r${done} of ${total} files generated`);
    this.#showsProgress = true;
  }

  finished(report: RunReport): void {
    this.#clearProgress();
    const { diagnostics, sources, files } = report;
    if (diagnostics.length > 0) {
      const text = renderDiagnostics(diagnostics, sources, { color: hasColors(this.#stderr) });
      this.#stderr.write(text.endsWith("\n") ? text : `${text}\n`);
    }
    for (const file of files) this.#file(file);
    this.#stdout.write(`${summary(report)}\n`);
  }

  watching(schemas: number): void {
    this.#stdout.write(`Watching ${count(schemas, "schema")}. Press Ctrl+C to stop.\n`);
  }

  failed(error: Error): void {
    this.#clearProgress();
    this.#stderr.write(`gorpc-gen: ${error.message}\n`);
  }

  #file({ path, status, diff }: FileReport): void {
    if (status === "unchanged") return;
    if (diff !== undefined) this.#stdout.write(this.#colorDiff(diff));
    const { green, yellow } = this.#colors;
    const color = status === "written" ? green : yellow;
    this.#stdout.write(`${color(verbs[status])} ${path}\n`);
  }

  #colorDiff(diff: string): string {
    const { red, green, cyan } = this.#colors;
    return diff.replace(/^(?:([+-])|@).*$/gm, (line, sign: string | undefined) =>
      sign === "+" ? green(line) : sign === "-" ? red(line) : cyan(line),
    );
  }

  #clearProgress(): void {
    if (this.#showsProgress) this.#stderr.write("\r\u001b[K");
    this.#showsProgress = false;
  }
}

/** Whether a stream is a terminal that wants colour. */
export function hasColors(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";
}

function summary({ diagnostics, files, elapsed }: RunReport): string {
  const parts = Object.entries(verbs).flatMap(([status, verb]) => {
    const some = files.filter((file) => file.status === status).length;
    return some === 0 ? [] : [`${count(some, "file")} ${verb}`];
  });
  const nothing = hasErrors(diagnostics) ? "Nothing written" : "Nothing to do";
  return `${parts.join(", ") || nothing} in ${(elapsed / 1000).toFixed(2)} s.`;
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}
