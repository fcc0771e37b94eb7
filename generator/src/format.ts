import { format, type Options } from "prettier";

/** Formats TypeScript in a style. */
export function formatText(text: string, style: Options): Promise<string> {
  // The faster of Prettier's two TypeScript parsers; what it prints is the same.
  return format(text, { ...style, parser: "babel-ts", plugins: [] });
}
