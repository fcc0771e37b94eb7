/** Splits a text into its doc comment, the lines of it as Prettier indents them, and the rest. */
export function splitDoc(text: string): { readonly doc: readonly string[]; readonly code: string } {
  if (!text.startsWith("/**")) return { doc: [], code: text };
  const end = text.indexOf("*/") + "*/".length;
  const [first, ...others] = text.slice(0, end).split("\n");
  return {
    doc: [first!.trimEnd(), ...others.map((line) => ` ${line.trim()}`)],
    code: text.slice(end).trimStart(),
  };
}
