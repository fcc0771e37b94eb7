import { hasErrors, type LoadResult, SchemaLoader } from "@gorpc/idl";
import type { GeneratedFile } from "../generated-file.ts";
import { generateGo } from "../go/index.ts";
import { type GoPackage, goPaths } from "../go/layout.ts";
import { findInputs, type Inputs } from "../inputs.ts";
import type { LayoutOptions } from "../layout.ts";
import { reachedBy, withImports } from "../reach.ts";
import { readSchema } from "../read-schema.ts";
import type { FileReport, Reporter } from "../report.ts";
import type { Sink } from "../sinks.ts";
import type { TypeScriptGenerator } from "../typescript-generator.ts";

/** What a command line asks to be generated. */
export interface GenerateRequest {
  /** Files, folders and globs. */
  readonly names: readonly string[];
  readonly cwd: string;
  /** Where TypeScript goes; undefined where none is wanted. */
  readonly typescript: LayoutOptions | undefined;
  /** Where Go goes; undefined where none is wanted. */
  readonly go: GoPackage | undefined;
  readonly sink: Sink;
  readonly reporter: Reporter;
}

/** What a run found; its files were reported as they were done. */
export interface Outcome {
  /** No diagnostic was an error. */
  readonly valid: boolean;
  readonly files: readonly FileReport[];
  /** Every schema that took part, named or imported. */
  readonly schemas: readonly string[];
}

/** What one round of watching leaves to the next, so that it does again only what has changed. */
export interface Memory {
  readonly loader: SchemaLoader;
  /** Undefined until TypeScript is generated for the first time. */
  typescript: TypeScriptGenerator | undefined;
}

export function freshMemory(): Memory {
  return { loader: new SchemaLoader(), typescript: undefined };
}

/** Finds and reads the schemas that a request names, and what they import. */
export async function loadInputs(
  { names, cwd, go }: GenerateRequest,
  { loader }: Memory,
): Promise<{
  readonly inputs: Inputs;
  readonly loaded: LoadResult;
}> {
  const inputs = await findInputs(names, cwd);
  const host = { read: (path: string) => readSchema(path, cwd) };
  return { inputs, loaded: loader.load(inputs.schemas, host, { go: go !== undefined }) };
}

/**
 * Generates once. Where any schema has an error, nothing is generated.
 * @param memory - of earlier rounds
 * @param isChanged - tells of a schema whether its output, and what imports it, must be renewed; by default all
 */
export async function generateOnce(
  request: GenerateRequest,
  memory: Memory = freshMemory(),
  isChanged: (schema: string) => boolean = () => true,
): Promise<Outcome> {
  const { typescript, go, sink, reporter } = request;
  const started = performance.now();
  const { inputs, loaded } = await loadInputs(request, memory);
  const { files, diagnostics, sources } = loaded;
  const finish = (reports: readonly FileReport[]) =>
    reporter.finished({ diagnostics, sources, files: reports, elapsed: performance.now() - started });
  if (hasErrors(diagnostics)) {
    finish([]);
    return { valid: false, files: [], schemas: [...sources.keys()] };
  }

  const all = withImports(files);
  const schemas = all.map(({ path }) => path);
  const wanted = reachedBy(isChanged, all);
  const total = wanted.length * [typescript, go].filter((language) => language !== undefined).length;
  let done = 0;
  const onFile = () => reporter.progress(++done, total);
  const generated: GeneratedFile[] = [];
  if (go !== undefined) {
    const paths = goPaths(schemas, go);
    const target = (schema: string) => paths.get(schema)!;
    generated.push(...generateGo(wanted, { packageName: go.name, target, onFile }));
  }
  if (typescript !== undefined) {
    // The TypeScript compiler takes half a second to load: no mistake in a schema or a command waits for it.
    const [{ TypeScriptGenerator }, { layOut }] = await Promise.all([
      import("../typescript-generator.ts"),
      import("../layout.ts"),
    ]);
    const targets = await layOut(schemas, inputs.folders, typescript);
    const generator = (memory.typescript ??= new TypeScriptGenerator());
    generated.push(
      ...(await generator.generate(wanted, { target: (schema) => targets.get(schema)!, onFile })),
    );
    generator.retain(new Set(schemas));
  }
  const reports: FileReport[] = [];
  for (const { path, text } of generated) reports.push(await sink(path, text));
  finish(reports);
  return { valid: true, files: reports, schemas };
}
