import type { Options } from "prettier";
import { type BlockKind, mark, surroundings } from "./blocks.ts";
import { formatText } from "./prettier.ts";
import { type Layout, layoutOf, layOut, type Shape, shapeOf } from "./shape.ts";

const markLine = /^[ \t]*\/\/\$\$\n/m;

/** Where items stand that have the same surroundings, and what they look like there. */
export class Place {
  readonly #kind: BlockKind;
  readonly #depth: number;
  readonly #style: Options;
  /** By shape; undefined for one whose items are formatted one by one. */
  readonly #layouts = new Map<string, Layout | undefined>();
  /** Of those, by what was emitted. */
  readonly #texts = new Map<string, string>();
  readonly #missingShapes = new Map<string, Shape>();
  readonly #missingTexts = new Set<string>();

  /** @param depth - how many times the items are indented */
  constructor(kind: BlockKind, depth: number, style: Options) {
    this.#kind = kind;
    this.#depth = depth;
    this.#style = style;
  }

  /** How much it knows. */
  get size(): number {
    return this.#layouts.size + this.#texts.size;
  }

  /** An item as Prettier formats it, indented; undefined until its shape is learnt. */
  find(item: string): string | undefined {
    const shape = shapeOf(item);
    const layout = this.#layouts.get(shape.text);
    if (layout !== undefined) return layOut(shape.words, layout);
    if (!this.#layouts.has(shape.text)) {
      this.#missingShapes.set(shape.text, shape);
      return undefined;
    }
    const text = this.#texts.get(item);
    if (text === undefined) this.#missingTexts.add(item);
    return text;
  }

  /** Formats what could not be found; returns whether there was any. */
  async learn(): Promise<boolean> {
    const shapes = [...this.#missingShapes.values()];
    const texts = [...this.#missingTexts];
    this.#missingShapes.clear();
    this.#missingTexts.clear();
    const formatted = await this.#format(shapes.map(({ text }) => text));
    for (const [index, shape] of shapes.entries()) {
      this.#layouts.set(shape.text, layoutOf(formatted[index]!, shape));
    }
    for (const [index, text] of (await this.#format(texts)).entries()) this.#texts.set(texts[index]!, text);
    return shapes.length + texts.length > 0;
  }

  /** Formats items together: a call of Prettier costs as much as some ten lines. */
  async #format(items: readonly string[]): Promise<string[]> {
    if (items.length === 0) return [];
    const { open, close, depth, end } = surroundings[this.#kind];
    const outer = this.#depth - depth;
    const marked = items.map((item) => `${mark}\n${item}${end}\n`).join("");
    const text = `${"{".repeat(outer)}${open}\n${marked}${close}${"}".repeat(outer)}`;
    const [, ...parts] = (await formatText(text, this.#style)).split(markLine);
    const last = parts.pop()!.trimEnd().split("\n");
    // What was opened is closed in a line each.
    parts.push(last.slice(0, last.length - this.#depth).join("\n"));
    return parts.slice(0, items.length).map((part) => part.trimEnd());
  }
}
