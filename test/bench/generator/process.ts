/** The measured process: `process.ts <messages>`. Generates once, in one thread, and sends the time of each phase. */
import { loadSchemas } from "@gorpc/idl";
import { FileEmitter } from "../../../generator/src/emit-file.ts";
import { Formatter } from "../../../generator/src/format/formatter.ts";
import { defaultTarget } from "../../../generator/src/target.ts";
import { parse } from "../../../idl/src/syntax/parse.ts";
import type { Phases } from "./run.ts";
import { workload } from "./workload.ts";

async function timed<T>(work: () => T): Promise<[Awaited<T>, number]> {
  const start = performance.now();
  const result = await work();
  return [result, performance.now() - start];
}

const schemas = workload(Number(process.argv[2]));
const paths = [...schemas.keys()];

const [, parsing] = await timed(() => paths.map((path) => parse(path, schemas.get(path)!)));
const [loaded, loading] = await timed(() => loadSchemas(paths, { read: (path) => schemas.get(path) }));
if (loaded.diagnostics.length > 0)
  throw new Error(`the workload is wrong: ${loaded.diagnostics[0]?.message}`);

const [emitted, emitting] = await timed(() => {
  const emitter = new FileEmitter();
  return loaded.files.map((file) => emitter.emit(file, defaultTarget));
});
const [formatted, formatting] = await timed(async () => {
  const results: string[] = [];
  const formatter = new Formatter();
  for (const file of emitted) results.push(await formatter.format(file, {}));
  return results;
});

const phases: Phases = {
  parse: parsing,
  // Loading parses too.
  check: Math.max(0, loading - parsing),
  emit: emitting,
  format: formatting,
  bytes: formatted.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
};
process.send!(phases);
