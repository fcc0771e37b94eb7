import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** By version of Go, by case: what it writes, in hex. */
export type Vectors = Readonly<Record<string, Readonly<Record<string, string>>>>;

export const vectorsFile = new URL("vectors.json", import.meta.url);

export function readVectors(): { readonly about: string; readonly vectors: Vectors } {
  return JSON.parse(readFileSync(vectorsFile, "utf8")) as {
    readonly about: string;
    readonly vectors: Vectors;
  };
}

/** Makes the vectors with a program built from go/gob: one process for each, since Go numbers types as it meets them. */
export function makeVectors(program: string): Record<string, string> {
  const run = (...args: string[]): string => execFileSync(program, args, { encoding: "utf8" });
  const names = run("list").trim().split("\n");
  return Object.fromEntries(names.map((name) => [name, run("case", name)]));
}
