import type { BinaryCodec } from "../schema/body.ts";
import type { MessageBody } from "../schema/message.ts";
import type { Field } from "../schema/types.ts";
import { NamedBody } from "./generated-body.ts";

/** What the generator writes for a message. */
export interface MessageDraft<T> extends BinaryCodec<T> {
  /** Runs at first use, so that types may refer to each other in any order. */
  readonly fields: () => readonly Field[];
}

class GeneratedMessageBody<T extends object> extends NamedBody<T> implements MessageBody<T> {
  readonly kind = "message";

  constructor(typeName: string, draft: MessageDraft<T>) {
    super(typeName, draft, draft.fields);
  }

  get fields(): readonly Field[] {
    return this.description;
  }
}

/** Makes a message's body from its straight-line code and its description. */
export function messageBody<T extends object>(typeName: string, draft: MessageDraft<T>): MessageBody<T> {
  return new GeneratedMessageBody(typeName, draft);
}
