import type { AnyService, Doc, Docs } from "../index.ts";

/** What a description says to people. */
export interface DocParts {
  readonly doc: string;
  readonly deprecated: string | undefined;
}

type Entries = Readonly<Record<string, Doc>>;

// A large schema has thousands, and whoever can call a server can ask for them again and again.
const made = new WeakMap<Docs, Entries>();

function entriesOf(docs: Docs): Entries {
  let entries = made.get(docs);
  if (entries === undefined) made.set(docs, (entries = docs.entries()));
  return entries;
}

/** What the schemas behind some services say of all that they declare. */
export class DocIndex {
  /** By package, which several files may share. */
  readonly #entries = new Map<string, Entries[]>();

  constructor(services: readonly AnyService[]) {
    const found = new Set<Docs>();
    for (const { docs } of services) if (docs !== undefined) found.add(docs);
    // The set grows while it is walked; files may import each other.
    for (const docs of found) {
      const ofPackage = this.#entries.get(docs.package);
      if (ofPackage === undefined) this.#entries.set(docs.package, [entriesOf(docs)]);
      else ofPackage.push(entriesOf(docs));
      for (const imported of docs.imports?.() ?? []) found.add(imported);
    }
  }

  /**
   * @param typeName - the full name of a service or a type
   * @param member - a method, field or value of it
   */
  of(typeName: string, member?: string): DocParts {
    const dot = typeName.lastIndexOf(".");
    const declared = typeName.slice(dot + 1);
    const name = member === undefined ? declared : `${declared}.${member}`;
    const entries = this.#entries.get(typeName.slice(0, dot))?.find((some) => Object.hasOwn(some, name));
    const { doc = "", deprecated } = entries?.[name] ?? {};
    return { doc, deprecated };
  }
}
