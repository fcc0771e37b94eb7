/**
 * A folder is a case: `*.gorpc` in it, and beside each the TypeScript that must come out, or `diagnostics.txt`. In its folder `go` is the
 * Go that must come out, or `go.diagnostics.txt`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generate, type GeneratedFile, generateGo } from "@gorpc/generator";
import { hasErrors, loadSchemas, renderDiagnostics } from "@gorpc/idl";

export const goldens = fileURLToPath(new URL("../goldens/", import.meta.url));

export interface GoldenCase {
  readonly name: string;
  readonly folder: string;
  /** Relative to the folder, with forward slashes. */
  readonly schemas: readonly string[];
}

export function findCases(): GoldenCase[] {
  return readdirSync(goldens, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ name, folder: join(goldens, name), schemas: schemasIn(join(goldens, name)) }));
}

function schemasIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".gorpc"))
    .map((path) => path.replaceAll("\\", "/"))
    .sort();
}

/** What a case gives: its files, or the diagnostics that say why there are none. */
export interface Generated {
  readonly files: readonly GeneratedFile[];
  readonly diagnostics: string;
}

export async function generateCase(golden: GoldenCase): Promise<Generated> {
  const { files, diagnostics, valid } = load(golden, false);
  return { files: valid ? await generate(files) : [], diagnostics };
}

/** The same in Go, a package that is called as the case. */
export function generateGoCase(golden: GoldenCase): Generated {
  const { files, diagnostics, valid } = load(golden, true);
  return { files: valid ? generateGo(files, { packageName: goPackageName(golden) }) : [], diagnostics };
}

export function goPackageName({ name }: GoldenCase): string {
  return name.replace(/\W/g, "");
}

function load({ folder, schemas }: GoldenCase, go: boolean) {
  const host = {
    read: (path: string) => (schemas.includes(path) ? readFileSync(join(folder, path), "utf8") : undefined),
  };
  const { files, diagnostics, sources } = loadSchemas(schemas, host, { go });
  const text = renderDiagnostics(diagnostics, sources, { color: false });
  return { files, diagnostics: text, valid: !hasErrors(diagnostics) };
}
