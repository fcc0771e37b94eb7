/** The names of an object of options, as keys: one that is left out, or one too many, does not compile. */
export type OptionNames<Options> = Readonly<Record<keyof Options, unknown>>;

/**
 * Refuses options that nobody would read. TypeScript says so of a literal; in JavaScript, and where options are put together
 * elsewhere, a slip of the fingers would leave a default in force without a word. For where things are configured, not for calls.
 * @param taker - who was given them, for messages: `connect()`, or `retry` for the option of that name
 * @throws TypeError for a name that is not known, with the one that was probably meant; for what is no object
 */
export function checkNames<Options extends object>(
  taker: string,
  names: OptionNames<NoInfer<Options>>,
  given: Options,
): void {
  if (typeof given !== "object" || (given as Options | null) === null)
    throw new TypeError(`${taker} takes an object of options, not ${shown(given)}`);
  for (const name of Object.keys(given)) if (!Object.hasOwn(names, name)) throw unknown(taker, names, name);
}

/** Of a text given by mistake, or of a name, so many characters are shown and compared. */
const longest = 60;

function shown(given: unknown): string {
  if (typeof given === "string") return JSON.stringify(shortened(given));
  return typeof given === "function" || typeof given === "symbol" ? typeof given : String(given);
}

function shortened(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/**
 * The list that an option has; an empty one without it.
 * @throws TypeError for what is no list, such as the one thing that was to be in it
 */
export function listOf<T>(name: string, given: readonly T[] | undefined): readonly T[] {
  const isList: boolean = given === undefined || Array.isArray(given);
  if (!isList) throw new TypeError(`${name} takes a list, also of one: ${name}: [...]`);
  return given ?? [];
}

function unknown(taker: string, names: object, name: string): TypeError {
  const known = Object.keys(names);
  const meant = name.length > longest ? undefined : nearest(name, known);
  const hint = meant === undefined ? `it has ${known.join(", ")}` : `did you mean "${meant}"?`;
  return new TypeError(`${taker} has no option ${shown(name)}: ${hint}`);
}

/** What a name was probably to be: at most a third of it differs. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const differences = known.map((each) => edits(name.toLowerCase(), each.toLowerCase()));
  const least = Math.min(...differences);
  const meant = known[differences.indexOf(least)]!;
  return least * 3 <= Math.max(name.length, meant.length) ? meant : undefined;
}

/** How many characters are put in, left out, exchanged or swapped with their neighbour between two texts. */
function edits(from: string, to: string): number {
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const swapped = from[i] === to[j - 1] && from[i - 1] === to[j] ? before[j - 1]! + 1 : Infinity;
      next.push(Math.min(row[j]! + Number(from[i] !== to[j]), row[j + 1]! + 1, next[j]! + 1, swapped));
    }
    before = row;
    row = next;
  }
  return row.at(-1)!;
}
