import type { Options } from "prettier";
import type { EmittedFile } from "../emitted-file.ts";
import { type Block, type BlockKind, blockText, fillBlocks, isIndependent, surroundings } from "./blocks.ts";
import { splitDoc } from "./doc.ts";
import { Place } from "./place.ts";

/** Shapes kept at most: a process that watches must not grow with every edit. */
const mostShapes = 50_000;

/**
 * Formats in one style. Asks Prettier once for each shape of statement, member or the like, and not for whole files: what
 * generators write is much of a muchness. The bench's 1,000 messages take 1.5 s so, and 7 s as files; with names and types at
 * random it is less that is saved.
 */
export class StyleFormatter {
  readonly #style: Options;
  readonly #indentation: string;
  readonly #places = new Map<string, Place>();

  constructor(style: Options) {
    this.#style = style;
    this.#indentation = style.useTabs === true ? "\t" : " ".repeat(style.tabWidth ?? 2);
  }

  async format(file: EmittedFile): Promise<string> {
    const known = [...this.#places.values()].reduce((sum, { size }) => sum + size, 0);
    if (known > mostShapes) this.#places.clear();
    // Where a block stands is known once the text around it is: a round for each level, and one where all is known.
    for (;;) {
      const text = this.#file(file);
      if (!(await this.#learn())) return text;
    }
  }

  async #learn(): Promise<boolean> {
    let any = false;
    for (const place of this.#places.values()) any = (await place.learn()) || any;
    return any;
  }

  #file({ header, statements, blocks }: EmittedFile): string {
    const texts = statements.map(
      ({ text, apart }) => `${apart ? "\n" : ""}${this.#item(text, "statements", 0, blocks)}\n`,
    );
    return `${header}${texts.join("")}`;
  }

  #item(text: string, kind: BlockKind, depth: number, blocks: readonly Block[]): string {
    const { doc, code } = splitDoc(text);
    const found = this.#place(kind, depth).find(this.#withDependentBlocks(code, blocks));
    if (found === undefined) return "";
    const indentation = this.#indentation.repeat(depth);
    const filled = fillBlocks(found, (index, { length }) =>
      this.#block(blocks[index]!, length / this.#indentation.length, blocks),
    );
    return doc.map((line) => `${indentation}${line}\n`).join("") + filled;
  }

  #block({ kind, items }: Block, depth: number, blocks: readonly Block[]): string {
    return items.map((item) => this.#item(item, kind, depth, blocks)).join(surroundings[kind].between);
  }

  /** A text with the lines of those blocks that must be formatted with what is around them. */
  #withDependentBlocks(text: string, blocks: readonly Block[]): string {
    return fillBlocks(text, (index, _indentation, line) => {
      const block = blocks[index]!;
      return isIndependent(block.kind, this.#style)
        ? line
        : this.#withDependentBlocks(blockText(block), blocks);
    });
  }

  #place(kind: BlockKind, depth: number): Place {
    const key = `${kind} ${depth}`;
    let place = this.#places.get(key);
    if (place === undefined) this.#places.set(key, (place = new Place(kind, depth, this.#style)));
    return place;
  }
}
