import type { AnyService } from "./service.ts";

/** What a schema says to people of something that it declares. */
export interface Doc {
  /** Markdown. */
  readonly doc?: string;
  /** Why not to use it, possibly empty; undefined where it is not deprecated. */
  readonly deprecated?: string;
}

/**
 * The doc comments and deprecations of one generated file. They stand apart from the types that they describe: a client's bundle
 * leaves them out, and a server has them for whoever asks it what it serves.
 */
export interface Docs {
  /** Of the schema; what `entries` names begins with it. */
  readonly package: string;
  /** By name within the package: `Order`, `Order.id`, `Orders.Get`. Runs when somebody asks. */
  readonly entries: () => Readonly<Record<string, Doc>>;
  /** Those of the files that it imports. */
  readonly imports?: () => readonly Docs[];
}

/** The same service, with what its schema says of it; the methods are the same objects. */
export function documented<S extends AnyService>(service: S, docs: () => Docs): S {
  // Its methods are not read here: they are built at first use.
  return Object.create(service, { docs: { get: docs, enumerable: true } }) as S;
}
