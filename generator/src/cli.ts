import { readFileSync } from "node:fs";
import { CommanderError } from "commander";
import { commandLine, type FormatFlags, type GenerateFlags, type OutputFormat } from "./options.ts";
import { jsonReporter } from "./report-json.ts";
import { TextReporter } from "./report-text.ts";
import type { FileReport, Reporter } from "./report.ts";
import { checkSink, drySink, type Sink, writeSink } from "./sinks.ts";
import { UsageError } from "./usage-error.ts";

const exitCodes = { done: 0, diagnostics: 1, usage: 2 } as const;

/**
 * Runs the command line.
 * @param argv - the arguments after the program's name
 * @returns the exit code
 */
export async function main(argv: readonly string[]): Promise<number> {
  let code: number = exitCodes.done;
  const program = commandLine(ownVersion(), {
    generate: async (names, flags) => void (code = await runGenerate(names, flags)),
    format: async (names, flags) => void (code = await runFormat(names, flags)),
  });
  for (const command of [program, ...program.commands]) command.exitOverride();
  try {
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    // Commander has printed its own.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`gorpc-gen: ${error.message}\n`);
    return exitCodes.usage;
  }
}

async function runGenerate(names: readonly string[], flags: GenerateFlags): Promise<number> {
  requireNames(names);
  const cwd = process.cwd();
  const { out, importExtension } = flags;
  // The TypeScript compiler takes half a second to load, and --help must not wait for it.
  const { generateOnce } = await import("./commands/generate.ts");
  const request = {
    names,
    layout: { cwd, out, importExtension },
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

async function runFormat(names: readonly string[], flags: FormatFlags): Promise<number> {
  requireNames(names);
  const cwd = process.cwd();
  const sink = flags.check === true ? checkSink(cwd, "unformatted") : writeSink(cwd);
  const { formatSchemas } = await import("./commands/format.ts");
  const { valid, files } = await formatSchemas({ names, cwd, sink, reporter: reporterOf(flags.format) });
  return exitCodeOf(valid, files);
}

function requireNames(names: readonly string[]): void {
  if (names.length > 0) return;
  throw new UsageError(
    "no schema named; give a .gorpc file, a folder or a glob (gorpc-gen --help shows examples)",
  );
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

function ownVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    readonly version: string;
  };
  return manifest.version;
}
