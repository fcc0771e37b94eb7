import type { Block } from "./format/blocks.ts";

/** A file's TypeScript, not yet formatted. */
export interface EmittedFile {
  /** Comments, formatted, and the blank line after them. */
  readonly header: string;
  readonly statements: readonly EmittedStatement[];
  /** What the names of blocks in the statements, and in other blocks, stand for. */
  readonly blocks: readonly Block[];
}

export interface EmittedStatement {
  /** With its doc comment. */
  readonly text: string;
  /** A blank line is before it. */
  readonly apart: boolean;
}
