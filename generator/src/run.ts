import { formatSchemas } from "./commands/format.ts";
import { generateOnce } from "./commands/generate.ts";
import type { FormatFlags, GenerateFlags, OutputFormat } from "./options.ts";
import { jsonReporter } from "./report-json.ts";
import { TextReporter } from "./report-text.ts";
import type { FileReport, Reporter } from "./report.ts";
import { type GoPackage, goPackage } from "./go/layout.ts";
import { checkSink, drySink, type Sink, writeSink } from "./sinks.ts";
import { UsageError } from "./usage-error.ts";

export const exitCodes = { done: 0, diagnostics: 1, usage: 2 } as const;

/** Generates as the command line says; returns the exit code. */
export async function runGenerate(names: readonly string[], flags: GenerateFlags): Promise<number> {
  requireNames(names);
  const cwd = process.cwd();
  const { out, importExtension, runtimeImport } = flags;
  const go = goPackageOf(flags, cwd);
  const request = {
    names,
    cwd,
    typescript:
      go === undefined || out !== undefined ? { cwd, out, importExtension, runtimeImport } : undefined,
    go,
    sink: sinkOf(flags, cwd),
    reporter: reporterOf(flags.format),
  };
  if (flags.watch === true) {
    const { generateAndWatch } = await import("./commands/watch.ts");
    await generateAndWatch(request, interruption());
    return exitCodes.done;
  }
  const { valid, files } = await generateOnce(request);
  return exitCodeOf(valid, files);
}

/** Formats as the command line says; returns the exit code. */
export async function runFormat(names: readonly string[], flags: FormatFlags): Promise<number> {
  requireNames(names);
  const cwd = process.cwd();
  const sink = flags.check === true ? checkSink(cwd, "unformatted") : writeSink(cwd);
  const { valid, files } = await formatSchemas({ names, cwd, sink, reporter: reporterOf(flags.format) });
  return exitCodeOf(valid, files);
}

function requireNames(names: readonly string[]): void {
  if (names.length > 0) return;
  throw new UsageError(
    "no schema named; give a .gorpc file, a folder or a glob (gorpc-gen --help shows examples)",
  );
}

function goPackageOf({ go, goPackage: name }: GenerateFlags, cwd: string): GoPackage | undefined {
  if (go !== undefined) return goPackage(go, name, cwd);
  if (name !== undefined)
    throw new UsageError("--go-package names the package that --go writes; give the folder with --go");
  return undefined;
}

function sinkOf({ check, dryRun }: GenerateFlags, cwd: string): Sink {
  if (check === true) return checkSink(cwd, "stale");
  return dryRun === true ? drySink(cwd) : writeSink(cwd);
}

function reporterOf(format: OutputFormat): Reporter {
  return format === "json" ? jsonReporter(process.stdout) : new TextReporter(process.stdout, process.stderr);
}

function exitCodeOf(valid: boolean, files: readonly FileReport[]): number {
  const asItShouldBe = files.every(({ status }) => status !== "stale" && status !== "unformatted");
  return valid && asItShouldBe ? exitCodes.done : exitCodes.diagnostics;
}

/** Fires when the user, or whoever started this process, wants it to end. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => controller.abort());
  return controller.signal;
}
