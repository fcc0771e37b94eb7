/** A folder is a case: `*.gorpc` in it, and beside each the TypeScript that must come out, or `diagnostics.txt`. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generate, type GeneratedFile } from "@gorpc/generator";
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
export async function generateCase({ folder, schemas }: GoldenCase): Promise<{
  readonly files: readonly GeneratedFile[];
  readonly diagnostics: string;
}> {
  const { files, diagnostics, sources } = loadSchemas(schemas, {
    read: (path) => (schemas.includes(path) ? readFileSync(join(folder, path), "utf8") : undefined),
  });
  const text = renderDiagnostics(diagnostics, sources, { color: false });
  return { files: hasErrors(diagnostics) ? [] : await generate(files), diagnostics: text };
}
