import { afterAll, beforeAll } from "vitest";
import { buildGo, type GoProgram, goVersion } from "../go.ts";

/** The Go program of these tests; undefined where there is no Go. */
export interface Program {
  readonly version: string | undefined;
  path(): string | undefined;
}

/** Builds the program before the tests of a file, and deletes it behind them. */
export function useProgram(): Program {
  const version = goVersion();
  let program: GoProgram | undefined;
  beforeAll(() => {
    if (version !== undefined) program = buildGo("rpc");
  }, 180_000);
  afterAll(() => program?.remove());
  return { version, path: () => program?.path };
}
