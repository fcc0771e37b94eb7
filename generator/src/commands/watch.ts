import { dirname, resolve } from "node:path";
import { type FSWatcher, watch as watchPaths } from "chokidar";
import { displayPath } from "../inputs.ts";
import { configurationFolders, isConfiguration } from "../project/configuration.ts";
import { Changes } from "./changes.ts";
import {
  freshMemory,
  generateOnce,
  type GenerateRequest,
  loadInputs,
  type Memory,
  type Outcome,
} from "./generate.ts";

const uninteresting = /(^|[\\/])(node_modules|\.git)([\\/]|$)/;

/**
 * Generates, and again what each change reaches, until the signal fires; everything where the project's configuration changes.
 * Errors are reported and waited out, except one in how the command was used.
 */
export async function generateAndWatch(request: GenerateRequest, signal: AbortSignal): Promise<void> {
  const { cwd } = request;
  const memory = freshMemory();
  const { inputs, loaded } = await loadInputs(request, memory);
  const changes = new Changes();
  const watcher = watchPaths([...inputs.watched, ...absolute(loaded.sources.keys(), cwd)], {
    ignored: (path, stats) =>
      uninteresting.test(path) || (stats?.isFile() === true && !path.endsWith(".gorpc")),
  });
  const configuration = watchPaths(foldersOfConfiguration(request, loaded.sources.keys()), {
    depth: 0,
    ignored: (path, stats) => stats?.isFile() === true && !isConfiguration(path),
  });
  try {
    // No change must fall between the first round and the watching.
    await Promise.all([watcher, configuration].map(isReady));
    configuration.on("all", (_event, path) => {
      if (isConfiguration(path)) changes.add(displayPath(path, cwd));
    });
    watcher.on("all", (_event, path) => {
      if (path.endsWith(".gorpc")) changes.add(displayPath(path, cwd));
    });
    // A file that joins later announces itself once it is watched, and so is read again then.
    const join = (schemas: readonly string[]) => {
      watcher.add(absolute(schemas, cwd));
      configuration.add(foldersOfConfiguration(request, schemas));
    };
    await generateInRounds(request, memory, changes, join, signal);
  } finally {
    await Promise.all([watcher.close(), configuration.close()]);
  }
}

function isReady(watcher: FSWatcher): Promise<void> {
  return new Promise((ready) => watcher.once("ready", () => ready()));
}

/** The folders whose configuration counts for the TypeScript of schemas. */
function foldersOfConfiguration({ typescript, cwd }: GenerateRequest, schemas: Iterable<string>): string[] {
  // A watcher of nothing would never be ready.
  if (typescript === undefined) return [cwd];
  const outputs =
    typescript.out === undefined ? absolute(schemas, cwd).map(dirname) : [resolve(cwd, typescript.out)];
  return [...new Set(outputs.flatMap(configurationFolders))];
}

function absolute(paths: Iterable<string>, cwd: string): string[] {
  return [...paths].map((path) => resolve(cwd, path));
}

async function generateInRounds(
  request: GenerateRequest,
  memory: Memory,
  changes: Changes,
  onSchemas: (schemas: readonly string[]) => void,
  signal: AbortSignal,
): Promise<void> {
  const { reporter } = request;
  let count = 0;
  /** What changed since the last round without an error. */
  const pending = new Set<string>();
  let upToDate: ReadonlySet<string> = new Set();
  for (;;) {
    const outcome = await attempt(request, memory, (schema) => pending.has(schema) || !upToDate.has(schema));
    if (outcome !== undefined) {
      onSchemas(outcome.schemas);
      count = outcome.schemas.length;
    }
    if (outcome?.valid === true) {
      pending.clear();
      upToDate = new Set(outcome.schemas);
    }
    reporter.watching(count);
    const changed = await changes.next(signal);
    if (changed === undefined) return;
    for (const path of changed) pending.add(path);
    if ([...changed].some(isConfiguration)) upToDate = new Set();
  }
}

/** A round; undefined where it failed as a whole, say because a file cannot be read just now. */
async function attempt(
  request: GenerateRequest,
  memory: Memory,
  isChanged: (schema: string) => boolean,
): Promise<Outcome | undefined> {
  try {
    return await generateOnce(request, memory, isChanged);
  } catch (error) {
    request.reporter.failed(error as Error);
    return undefined;
  }
}
