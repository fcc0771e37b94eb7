import type { BinaryCodec, Body } from "../schema/body.ts";
import type { ValueType } from "../schema/types.ts";
import { GeneratedBody } from "./generated-body.ts";

/** What the generator writes for a value that needs a message around it. */
export interface WrapperDraft<T> extends BinaryCodec<T> {
  /** The value's type; runs at first use. */
  readonly type: () => ValueType;
}

class Wrapper<T> extends GeneratedBody<T, ValueType> implements Body<T> {
  get type(): ValueType {
    return this.description;
  }
}

/** A message around a value that cannot stand alone in protobuf: field 1 holds it. */
export function wrapper<T>(draft: WrapperDraft<T>): Body<T> {
  return new Wrapper(draft, draft.type);
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
