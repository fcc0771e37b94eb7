import type { Declaration, EnumType, ListType, MapType, ScalarType, SchemaFile, Service } from "@gorpc/idl";
import { type Block, type BlockKind, blockName } from "./format/blocks.ts";
import { topLevelNames } from "./top-level-names.ts";
import { bodyName, Scope } from "./names.ts";
import type { GlobalName } from "./type-table.ts";

/** A declaration that types refer to. */
export type Referable = Exclude<Declaration, Service>;

/** How a file's code refers to an imported declaration: its type, its constant of the same name, or its body. */
export type Use = "type" | "value" | "body";

/** What protobuf can neither nest nor take as a body: it goes into a message of its own. */
export type Wrapped = ScalarType | EnumType | ListType | MapType;

/** A private part of the file: the codec of a wrapped type, or the function that reads an entry of a map. */
export type Helper =
  | { readonly kind: "wrapper"; readonly type: Wrapped }
  | { readonly kind: "entry-reader"; readonly type: MapType };

/** The names of one output file: what it declares, what it imports, and the codecs added to it. */
export class FileContext {
  readonly file: SchemaFile;
  /** The imported declarations in use. */
  readonly imported = new Map<Referable, Set<Use>>();
  /** What the file's code needs and does not export, by name. */
  readonly helpers = new Map<string, Helper>();
  /** What the names of blocks stand for. */
  readonly blocks: Block[] = [];
  readonly #aliases = new Map<Referable, string>();
  readonly #topLevel: ReadonlySet<string>;

  constructor(file: SchemaFile) {
    this.file = file;
    for (const { names } of file.imports) {
      for (const { declaration, alias } of names) this.#aliases.set(declaration, alias);
    }
    const aliases = [...this.#aliases.values()];
    this.#topLevel = new Set([
      ...aliases,
      ...aliases.map(bodyName),
      ...file.declarations.flatMap(topLevelNames),
    ]);
  }

  /**
   * The name that a declaration goes by in this file.
   * @throws where the model refers to a declaration that the file neither declares nor imports
   */
  nameOf(declaration: Referable): string {
    if (declaration.file === this.file) return declaration.name;
    const alias = this.#aliases.get(declaration);
    if (alias === undefined) {
      throw new Error(`${this.file.path} refers to ${declaration.fullName} and does not import it`);
    }
    return alias;
  }

  /** The name, for use in a type. */
  typeName(declaration: Referable): string {
    this.#use(declaration, "type");
    return this.nameOf(declaration);
  }

  /** The name, for use in an expression. */
  valueName(declaration: Referable): string {
    this.#use(declaration, "value");
    return this.nameOf(declaration);
  }

  /** The name of a message's or a union's body, for use in an expression. */
  bodyName(declaration: Referable): string {
    this.#use(declaration, "body");
    return bodyName(this.nameOf(declaration));
  }

  #use(declaration: Referable, use: Use): void {
    if (declaration.file === this.file) return;
    const uses = this.imported.get(declaration);
    if (uses === undefined) this.imported.set(declaration, new Set([use]));
    else uses.add(use);
  }

  /** A global, spelt so that no declaration of the schema hides it. */
  readonly global = (name: GlobalName): string => (this.#topLevel.has(name) ? `globalThis.${name}` : name);

  /** Lines in the place of which a block will stand. */
  lines(kind: BlockKind, items: readonly string[]): string {
    return `\n//${this.block(kind, items)}\n`;
  }

  /** A member of an interface or a class, by its name, in the place of which a block will stand. */
  block(kind: BlockKind, items: readonly string[]): string {
    return blockName(this.blocks.push({ kind, items }) - 1);
  }

  /** A fresh scope for the locals of one function. */
  scope(): Scope {
    return new Scope(this.#topLevel);
  }
}
