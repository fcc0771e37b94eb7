import type { AnyService, Doc, Docs } from "../index.ts";

/** What a description says to people. */
export interface DocParts {
  readonly doc: string;
  readonly deprecated: string | undefined;
}

/** What the schemas behind some services say of all that they declare. */
export class DocIndex {
  /** By package and name within it, so that no package's name is taken for a type's. */
  readonly #entries = new Map<string, Doc>();

  constructor(services: readonly AnyService[]) {
    const found = new Set<Docs>();
    for (const { docs } of services) if (docs !== undefined) found.add(docs);
    // The set grows while it is walked; files may import each other.
    for (const docs of found) {
      for (const [name, entry] of Object.entries(docs.entries()))
        this.#entries.set(`${docs.package}/${name}`, entry);
      for (const imported of docs.imports?.() ?? []) found.add(imported);
    }
  }

  /**
   * @param typeName - the full name of a service or a type
   * @param member - a method, field or value of it
   */
  of(typeName: string, member?: string): DocParts {
    const dot = typeName.lastIndexOf(".");
    const name = typeName.slice(dot + 1);
    const key = `${typeName.slice(0, Math.max(dot, 0))}/${member === undefined ? name : `${name}.${member}`}`;
    const { doc = "", deprecated } = this.#entries.get(key) ?? {};
    return { doc, deprecated };
  }
}
