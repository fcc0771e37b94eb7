import { type Diagnostic, formatSource, hasErrors } from "@gorpc/idl";
import { findInputs } from "../inputs.ts";
import { readSchema } from "../read-schema.ts";
import type { FileReport, Reporter } from "../report.ts";
import type { Sink } from "../sinks.ts";

export interface FormatRequest {
  /** Files, folders and globs. */
  readonly names: readonly string[];
  readonly cwd: string;
  readonly sink: Sink;
  readonly reporter: Reporter;
}

/**
 * Formats schemas. One that does not parse is reported and left as it is.
 * @returns whether all could be formatted, and what came of each
 */
export async function formatSchemas({ names, cwd, sink, reporter }: FormatRequest): Promise<{
  readonly valid: boolean;
  readonly files: readonly FileReport[];
}> {
  const started = performance.now();
  const { schemas } = await findInputs(names, cwd);
  const diagnostics: Diagnostic[] = [];
  const sources = new Map<string, string>();
  const files: FileReport[] = [];
  for (const path of schemas) {
    const source = readSchema(path, cwd);
    if (source === undefined) continue;
    sources.set(path, source);
    const formatted = formatSource(source, path);
    diagnostics.push(...formatted.diagnostics);
    if (!hasErrors(formatted.diagnostics)) files.push(await sink(path, formatted.text));
  }
  reporter.finished({ diagnostics, sources, files, elapsed: performance.now() - started });
  return { valid: !hasErrors(diagnostics), files };
}
