/** A stretch of a source text. */
export interface Span {
  /** The file's path. */
  readonly path: string;
  /** Offsets in UTF-16 units; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
}
