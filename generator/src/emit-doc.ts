/** What a doc comment says. */
export interface Doc {
  /** Markdown. */
  readonly doc?: string | undefined;
  /** The reason, possibly empty; undefined where not deprecated. */
  readonly deprecated?: string | undefined;
  /** Block tags after the text: `@throws {@link NotFound}`. */
  readonly tags?: readonly string[];
}

/**
 * The text of a TSDoc comment, without its delimiters; undefined where there is nothing to say.
 * Markdown goes over as it is; only what would end the comment is escaped.
 */
export function docText({ doc, deprecated, tags = [] }: Doc): string | undefined {
  const blocks = [...tags];
  if (deprecated !== undefined) blocks.push(`@deprecated ${deprecated}`.trimEnd());
  const text = [docBody(doc) ?? "", blocks.join("\n")].filter((part) => part !== "").join("\n\n");
  return text === "" ? undefined : withLineFeeds(text).replaceAll("*/", "*\\/");
}

/** A schema's doc comment, its lines ended by line feeds; undefined where it says nothing. */
export function docBody(doc: string | undefined): string | undefined {
  const text = withLineFeeds(doc?.trim() ?? "");
  return text === "" ? undefined : text;
}

/** A text whose lines end in line feeds and nothing else. */
export function withLineFeeds(text: string): string {
  return text.replace(/\r\n?|[\u2028\u2029]/g, "\n");
}

/** A TSDoc comment and its line break; empty where there is nothing to say. */
export function docComment(doc: Doc): string {
  const text = docText(doc);
  if (text === undefined) return "";
  if (!text.includes("\n")) return `/** ${text} */\n`;
  const lines = text.split("\n").map((line) => ` * ${line}`.trimEnd());
  return `/**\n${lines.join("\n")}\n */\n`;
}

/** The same as ts-morph takes it. */
export function docs(doc: Doc): string[] {
  const text = docText(doc);
  return text === undefined ? [] : [text];
}
