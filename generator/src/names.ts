/** Names that a function's locals cannot take: words of the language and what every emitted function can refer to. */
const reservedWords: readonly string[] = [
  "arguments await break case catch class const continue debugger default delete do else enum eval export extends",
  "false finally for function if implements import in instanceof interface let new null package private protected",
  "public return static super switch this throw true try typeof var void while with yield",
  "undefined NaN Infinity globalThis Date Map Object Uint8Array rpc",
].flatMap((line) => line.split(" "));

/** What an object inherits: a field of such a name reads as present where it is absent. */
const inherited: ReadonlySet<string> = new Set([
  "constructor",
  "hasOwnProperty",
  "isPrototypeOf",
  "propertyIsEnumerable",
  "toLocaleString",
  "toString",
  "valueOf",
  "__defineGetter__",
  "__defineSetter__",
  "__lookupGetter__",
  "__lookupSetter__",
  "__proto__",
]);

/** Whether every object has a property of this name without being given one. */
export function isInherited(name: string): boolean {
  return inherited.has(name);
}

/** The names in use within one emitted function. */
export class Scope {
  readonly #taken: Set<string>;

  /** @param outer - the names of the file, which a local must not hide */
  constructor(outer: Iterable<string>) {
    this.#taken = new Set(reservedWords);
    for (const name of outer) this.#taken.add(name);
  }

  /** Takes a name for a local: the wanted one, or with `$` where it is in use; no schema can contain a `$`. */
  take(wanted: string): string {
    let name = wanted;
    for (let count = 1; this.#taken.has(name); count++)
      name = count === 1 ? `${wanted}$` : `${wanted}$${count}`;
    this.#taken.add(name);
    return name;
  }
}

/** The constant that a message's or a union's body is: no schema can contain a `$`. */
export function bodyName(name: string): string {
  return `${name}$`;
}

/** A property in an object literal: shorthand where it can be, and never the form that sets the prototype. */
export function property(name: string, value: string): string {
  if (name === "__proto__") return `["__proto__"]: ${value}`;
  return name === value ? name : `${name}: ${value}`;
}

/** A string literal; escapes what would end it. */
export function literal(text: string): string {
  return JSON.stringify(text);
}
