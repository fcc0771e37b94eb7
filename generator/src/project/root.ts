import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ancestors } from "./ancestors.ts";

/**
 * The folder above which nothing may change what is generated: the nearest workspace root or repository,
 * else the nearest package, else the folder itself. What lies in somebody's home must not matter.
 */
export function projectRoot(folder: string): string {
  let nearestPackage: string | undefined;
  for (const current of ancestors(folder)) {
    if (existsSync(join(current, ".git")) || isWorkspaceRoot(current)) return current;
    if (existsSync(join(current, "package.json"))) nearestPackage ??= current;
  }
  return nearestPackage ?? folder;
}

function isWorkspaceRoot(folder: string): boolean {
  if (existsSync(join(folder, "pnpm-workspace.yaml"))) return true;
  const manifest = join(folder, "package.json");
  if (!existsSync(manifest)) return false;
  try {
    const content: unknown = JSON.parse(readFileSync(manifest, "utf8"));
    return typeof content === "object" && content !== null && "workspaces" in content;
  } catch {
    // A manifest that does not parse is npm's to complain about.
    return false;
  }
}
