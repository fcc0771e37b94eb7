import type { Reader } from "../bytes/reader.ts";
import type { Writer } from "../bytes/writer.ts";
import type { BinaryCodec, Body } from "../schema/body.ts";
import type { ValueType } from "../schema/types.ts";

/** What the generator writes for a value that needs a message around it. */
export interface WrapperDraft<T> extends BinaryCodec<T> {
  /** The value's type; runs at first use. */
  readonly type: () => ValueType;
}

class Wrapper<T> implements Body<T> {
  readonly write: (writer: Writer, value: T) => void;
  readonly read: (reader: Reader, end: number, into?: T) => T;
  private readonly describe: () => ValueType;
  private described: ValueType | undefined = undefined;

  constructor(draft: WrapperDraft<T>) {
    this.write = draft.write;
    this.read = draft.read;
    this.describe = draft.type;
  }

  get type(): ValueType {
    return (this.described ??= this.describe());
  }
}

/** A message around a value that cannot stand alone in protobuf: field 1 holds it. */
export function wrapper<T>(draft: WrapperDraft<T>): Body<T> {
  return new Wrapper(draft);
}

/** The body of a method without a request or a response: a message without fields. */
export const nothing: Body<undefined> = {
  type: undefined,
  write() {
    // A message without fields is no bytes.
  },
  read(reader, end) {
    while (reader.pos < end) reader.skip(reader.tag());
    return undefined;
  },
};
