/** Which peers of a part run: those asked for that can. */
import { install, refusal } from "./packages.ts";

/** What a peer needs to be run. */
export interface Needs {
  /** Of `test/bench/package.json`. */
  readonly packages: readonly string[];
  /** Why it cannot run here; undefined where it can. */
  readonly missing?: () => string | undefined;
}

export interface Contenders<Name extends string> {
  readonly names: readonly Name[];
  /** Who was asked for and does not run, each with its reason. */
  readonly skipped: readonly string[];
}

/** `wanted` undefined: all. Installs packages where one is needed. */
export function contenders<Name extends string>(
  peers: Readonly<Record<Name, Needs>>,
  wanted: ReadonlySet<string> | undefined,
): Contenders<Name> {
  const asked = (Object.keys(peers) as Name[]).filter((name) => wanted?.has(name) ?? true);
  if (asked.some((name) => peers[name].packages.length > 0)) install();
  const names: Name[] = [];
  const skipped: string[] = [];
  for (const name of asked) {
    const reason = refusal(peers[name].packages) ?? peers[name].missing?.();
    if (reason === undefined) names.push(name);
    else skipped.push(`${name} (${reason})`);
  }
  return { names, skipped };
}
