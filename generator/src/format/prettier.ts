import { format, type Options } from "prettier";

// What costs time and changes nothing here: of Prettier's two TypeScript parsers the slower, and the search for
// other languages inside of strings.
const fixed: Options = { parser: "babel-ts", embeddedLanguageFormatting: "off", plugins: [] };

/** Formats TypeScript in a style. */
export function formatText(text: string, style: Options): Promise<string> {
  return format(text, { ...style, ...fixed });
}
