import { basename } from "node:path";
import { ancestors } from "./ancestors.ts";
import { projectRoot } from "./root.ts";

/**
 * Files that decide how generated files look, and how they import each other. Not those in JavaScript: Node reads them once, so their
 * changes would be seen and not heard.
 */
const names = /^(\.prettierrc(\.(json5?|ya?ml|toml))?|package\.(json|yaml)|tsconfig(\..+)?\.json)$/;

/** Whether generated files may come out differently when this file changes. */
export function isConfiguration(path: string): boolean {
  return names.test(basename(path));
}

/** Where such a file counts for outputs in a folder, absolute: there and in the folders around it, up to the project's root. */
export function configurationFolders(folder: string): string[] {
  const root = projectRoot(folder);
  const around: string[] = [];
  for (const each of ancestors(folder)) {
    around.push(each);
    if (each === root) break;
  }
  return around;
}
