import type { Diagnostic } from "@gorpc/idl";

/** What became, or would become, of a file. */
export type FileStatus = "written" | "unchanged" | "stale" | "would-write" | "unformatted";

/** What came of one file. */
export interface FileReport {
  readonly path: string;
  readonly status: FileStatus;
  /** A unified diff from what is there to what should be. */
  readonly diff?: string | undefined;
}

/** What came of one run, or of one round of watching. */
export interface RunReport {
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
  readonly files: readonly FileReport[];
  /** In ms. */
  readonly elapsed: number;
}

/** Where a command tells what it does: to a person or to a program. */
export interface Reporter {
  /** Called often: `done` of `total` files are generated. */
  progress(done: number, total: number): void;
  /** A run, or a round, is over. */
  finished(report: RunReport): void;
  /** A round of watching is over, and the next change is waited for. */
  watching(schemas: number): void;
  /** A round of watching failed as a whole. */
  failed(error: Error): void;
}
