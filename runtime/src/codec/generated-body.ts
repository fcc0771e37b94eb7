import type { Reader } from "../bytes/reader.ts";
import type { Writer } from "../bytes/writer.ts";
import type { BinaryCodec } from "../schema/body.ts";
import type { Field } from "../schema/types.ts";

/** What every generated codec has: its straight-line code, and a description that is made at first use. */
export abstract class GeneratedBody<T, Description> {
  readonly write: (writer: Writer, value: T) => void;
  readonly read: (reader: Reader, end: number, into?: T) => T;
  private readonly describe: () => Description;
  private described: Description | undefined = undefined;

  constructor(draft: BinaryCodec<T>, describe: () => Description) {
    this.write = draft.write;
    this.read = draft.read;
    this.describe = describe;
  }

  protected get description(): Description {
    return (this.described ??= this.describe());
  }
}

/** What has a name in its schema, and is described by its fields or members. */
export abstract class NamedBody<T> extends GeneratedBody<T, readonly Field[]> {
  /** Package and name. */
  readonly typeName: string;

  constructor(typeName: string, draft: BinaryCodec<T>, describe: () => readonly Field[]) {
    super(draft, describe);
    this.typeName = typeName;
  }

  get type(): this {
    return this;
  }
}
