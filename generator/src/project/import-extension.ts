import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ts } from "ts-morph";
import type { ImportExtension } from "../target.ts";
import { UsageError } from "../usage-error.ts";
import { ancestors } from "./ancestors.ts";

const { ModuleKind, ModuleResolutionKind } = ts;

/**
 * How files in a folder must import each other, by the nearest `tsconfig.json`; without one, as Node runs
 * TypeScript. A bundler's resolution needs no ending, except where the schema lies beside its output: a
 * bundler would then take `./money.gorpc` for the schema.
 * @param folder - of the output, absolute
 * @param besideSchema - whether outputs lie where their schemas lie
 * @throws UsageError where the tsconfig cannot be read
 */
export function importExtensionFor(folder: string, besideSchema: boolean): ImportExtension {
  const config = nearestConfig(folder);
  if (config === undefined) return "ts";
  const options = readOptions(config);
  if (options.allowImportingTsExtensions === true || options.rewriteRelativeImportExtensions === true)
    return "ts";
  return besideSchema || resolvesAsNode(options) ? "js" : "none";
}

function nearestConfig(folder: string): string | undefined {
  for (const current of ancestors(folder)) {
    const config = join(current, "tsconfig.json");
    if (existsSync(config)) return config;
  }
  return undefined;
}

function resolvesAsNode({ module, moduleResolution }: ts.CompilerOptions): boolean {
  if (moduleResolution !== undefined) {
    return (
      moduleResolution === ModuleResolutionKind.Node16 || moduleResolution === ModuleResolutionKind.NodeNext
    );
  }
  return module !== undefined && module >= ModuleKind.Node16 && module <= ModuleKind.NodeNext;
}

/** The compiler options with all that they extend; of a config that only refers to others, those of the first. */
function readOptions(path: string, seen = new Set<string>()): ts.CompilerOptions {
  seen.add(path);
  const host: ts.ParseConfigFileHost = {
    ...ts.sys,
    // Which files belong to the project does not matter, and looking for them takes long.
    readDirectory: () => [],
    onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
      throw unreadable(path, messageText);
    },
  };
  const parsed = ts.getParsedCommandLineOfConfigFile(path, {}, host);
  const syntaxError = ts.readConfigFile(path, (file) => ts.sys.readFile(file)).error;
  if (parsed === undefined || syntaxError !== undefined)
    throw unreadable(path, syntaxError?.messageText ?? "");
  const reference = parsed.projectReferences?.[0];
  const raw = parsed.raw as { readonly files?: readonly unknown[] } | undefined;
  if (reference === undefined || raw?.files?.length !== 0) return parsed.options;
  const next = configOf(resolve(dirname(path), reference.path));
  return seen.has(next) || !existsSync(next) ? parsed.options : readOptions(next, seen);
}

function configOf(reference: string): string {
  return reference.endsWith(".json") ? reference : join(reference, "tsconfig.json");
}

function unreadable(path: string, reason: string | ts.DiagnosticMessageChain): UsageError {
  const text = ts.flattenDiagnosticMessageText(reason, " ");
  return new UsageError(`cannot read ${path}: ${text} (--import-extension would make it unnecessary)`);
}
