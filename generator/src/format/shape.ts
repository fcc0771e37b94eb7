/** Words that mean something to the language or to Prettier; all others are names to both. */
const meaningful: ReadonlySet<string> = new Set(
  (
    "abstract any as asserts async await bigint boolean break case catch class const constructor continue debugger declare default " +
    "delete do else enum export extends false finally for from function get global if implements import in infer instanceof " +
    "interface is keyof let module namespace never new null number object of out override package private protected public " +
    "readonly require return satisfies set static string super switch symbol this throw true try type typeof undefined unique " +
    "unknown using var void while with yield accessor define describe it test"
  ).split(" "),
);

/** Words, and escapes in strings, which are no part of words. */
const token = /\\(?:u[\da-fA-F]{4}|[^])|[\w$]+/g;

/** A text with its names made alike: texts of one shape are laid out alike. */
export interface Shape {
  readonly text: string;
  /** The words of the text that it was made of. */
  readonly words: readonly string[];
  /** What stands in their places. */
  readonly standIns: readonly string[];
}

/**
 * Keeps of a text what its layout depends on: of names and numbers their lengths, which letters are capitals, and which names are
 * the same. Prettier asks of a name no more than how long it is and whether it looks like a class.
 */
export function shapeOf(text: string): Shape {
  const words: string[] = [];
  const standIns: string[] = [];
  const known = new Map<string, string>();
  const taken = new Set<string>();
  const shape = text.replace(token, (word) => {
    let standIn = known.get(word);
    if (standIn === undefined) known.set(word, (standIn = standInFor(word, taken)));
    words.push(word);
    standIns.push(standIn);
    return standIn;
  });
  return { text: shape, words, standIns };
}

function standInFor(word: string, taken: Set<string>): string {
  if (word.startsWith("\\") || meaningful.has(word)) return word;
  // Of a number only its width counts; with a 0 in front it could be one of another base.
  if (/^\d+n?$/.test(word)) return word.replace(/\d/g, "1");
  if (/^\d/.test(word)) return word;
  const alike = word.replace(/[a-z]/g, "a").replace(/[A-Z]/g, "A").replace(/\d/g, "0");
  const start = alike.slice(0, -1);
  // Names that differ go on differing: two parameters of one name would be an error, and `A as A` is written `A`.
  for (const last of lastCharacters(alike.at(-1)!)) {
    const standIn = start + last;
    if (taken.has(standIn) || meaningful.has(standIn)) continue;
    taken.add(standIn);
    return standIn;
  }
  return word;
}

/** The characters that can take the last place of a name, so that names that are alike differ in it. */
function lastCharacters(last: string): string {
  if (last === "a") return "abcdefghijklmnopqrstuvwxyz";
  if (last === "A") return "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return last === "0" ? "0123456789" : last;
}

/** What stands between the words of a text. */
export type Layout = readonly string[];

/**
 * The layout of all texts of a shape.
 * @param formatted - the shape's text, formatted
 * @returns undefined where formatting changed the words themselves, and so says nothing of other words
 */
export function layoutOf(formatted: string, { standIns }: Shape): Layout | undefined {
  const found = formatted.match(token) ?? [];
  const same = found.length === standIns.length && found.every((word, index) => word === standIns[index]);
  return same ? formatted.split(token) : undefined;
}

export function layOut(words: readonly string[], layout: Layout): string {
  let text = layout[0]!;
  for (let index = 0; index < words.length; index++) text += words[index]! + layout[index + 1]!;
  return text;
}
