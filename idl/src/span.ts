/** A stretch of a source text. */
export interface Span {
  /** The file's path. */
  readonly path: string;
  /** Offsets in UTF-16 units; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
}

/** From the start of one span to the end of another. */
export const through = (first: Span, last: Span): Span => ({
  path: first.path,
  start: first.start,
  end: Math.max(first.end, last.end),
});
