/** A file as it would be written. */
export interface GeneratedFile {
  /** The target's path. */
  readonly path: string;
  readonly text: string;
}
