import type { Options } from "prettier";

/** Items that stand in lines of their own whatever their width, so that each can be formatted without its neighbours. */
export interface Block {
  readonly kind: BlockKind;
  /** Each with its doc comment before it, without what separates it from the next. */
  readonly items: readonly string[];
}

export type BlockKind =
  "statements" | "cases" | "members" | "methods" | "typeMembers" | "elements" | "properties";

/** What makes a text of a block's items alone that Prettier reads, and lays out as it does in the file. */
interface Surroundings {
  readonly open: string;
  readonly close: string;
  /** How deep the items are in them. */
  readonly depth: 0 | 1;
  /** What ends an item. */
  readonly end: string;
  readonly between: string;
}

/** Between two items of a text that is formatted; no such comment is emitted. */
export const mark = "//$$";

const plain = { close: "}", depth: 1, end: "", between: "\n" } as const;

export const surroundings: Readonly<Record<BlockKind, Surroundings>> = {
  statements: { ...plain, open: "", close: "", depth: 0 },
  cases: { ...plain, open: "switch ($) {" },
  members: { ...plain, open: "interface $ {" },
  methods: { ...plain, open: "class $ {", between: "\n\n" },
  typeMembers: { ...plain, open: "let $: {" },
  // Only an array of several objects has a line for each; behind the last of them a comma may be missing.
  elements: { ...plain, open: "[", close: `${mark}\n{ $: 0, $$: 0 }]`, end: "," },
  properties: { ...plain, open: "({", close: "})", end: "," },
};

/** Whether in a style the items of a block are independent of each other and always in lines of their own. */
export function isIndependent(kind: BlockKind, style: Options): boolean {
  // The depth of a line is read off its indentation.
  if (style.useTabs !== true && style.tabWidth === 0) return false;
  if (surroundings[kind].end === "," && style.trailingComma === "none") return false;
  return style.objectWrap !== "collapse" || (kind !== "typeMembers" && kind !== "properties");
}

/** The lines of a block as they are emitted. */
export function blockText({ kind, items }: Block): string {
  const { end, between } = surroundings[kind];
  return items.map((item) => `${item}${end}`).join(between);
}

/** A line that stands for a block in the text around it: as a comment, or as a member of an interface or a class. */
const placeholder = /^([ \t]*)(?:\/\/)?\$\$(\d{6,})(?:\(\) \{\s*\})?;?$/gm;

/** A block's name: no schema can declare it, and all are of a length, so that texts around blocks are of the same shapes. */
export function blockName(index: number): string {
  return `$$${String(index).padStart(6, "0")}`;
}

/** Replaces the lines that stand for blocks. */
export function fillBlocks(
  text: string,
  replace: (index: number, indentation: string, line: string) => string,
): string {
  if (!text.includes("$$")) return text;
  return text.replace(placeholder, (line, indentation: string, digits: string) =>
    replace(Number(digits), indentation, line),
  );
}
