import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import type { Ending } from "./perform.ts";
import type { Kind } from "./plan.ts";

/** What a caller writes down of one attempt at a call. */
export interface Outcome extends Ending {
  readonly id: string;
  readonly kind: Kind;
  /** In ms since 1970, on a clock that never jumps within a process. */
  readonly began: number;
  readonly ended: number;
  /** In ms: how long after its deadline it settled, without the time that the caller itself stood still or paused. */
  readonly late: number;
  /** Whether the deadline is so near that it may pass on a machine without a fault. */
  readonly isTight: boolean;
}

/** Lines that outlive a process that is killed: each is the system's before the next is made. */
export class LineFile {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, "a");
  }

  write(line: string): void {
    writeSync(this.#file, `${line}\n`);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** The whole lines of a file: whoever wrote it may have died within the last one. */
export function linesOf(path: string): string[] {
  const text = readFileSync(path, "utf8");
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .slice(0, -1);
}
