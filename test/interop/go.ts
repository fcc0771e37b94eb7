/** Programs in Go, for tests against the real thing. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The version of Go that is installed, such as `go1.26.8`; undefined where there is none. */
export function goVersion(): string | undefined {
  try {
    return execFileSync("go", ["env", "GOVERSION"], { encoding: "utf8", stdio: "pipe" }).trim();
  } catch {
    return undefined;
  }
}

/** A program that was built. */
export interface GoProgram {
  readonly path: string;
  /** Deletes it. */
  remove(): void;
}

/** @param directory - of the program's module, or its name under `go` beside this file */
export function buildGo(directory: string | URL): GoProgram {
  const into = mkdtempSync(join(tmpdir(), "gorpc-go-"));
  const path = join(into, "program");
  const cwd = fileURLToPath(
    typeof directory === "string" ? new URL(`go/${directory}`, import.meta.url) : directory,
  );
  try {
    // `stderr` says what does not compile.
    execFileSync("go", ["build", "-o", path, "."], { cwd, stdio: ["ignore", "inherit", "inherit"] });
  } catch (error) {
    rmSync(into, { recursive: true });
    throw error;
  }
  return { path, remove: () => rmSync(into, { recursive: true, force: true }) };
}
