import type { Options } from "prettier";
import type { EmittedFile } from "../emitted-file.ts";
import { StyleFormatter } from "./style-formatter.ts";

/** Formats emitted files as Prettier does. What it learns of one helps with the next: worth keeping. */
export class Formatter {
  readonly #styles = new Map<string, StyleFormatter>();

  format(file: EmittedFile, style: Options): Promise<string> {
    const key = JSON.stringify(style);
    let formatter = this.#styles.get(key);
    if (formatter === undefined) this.#styles.set(key, (formatter = new StyleFormatter(style)));
    return formatter.format(file);
  }
}
