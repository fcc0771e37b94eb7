import { Reader } from "../bytes/reader.ts";
import { EncodeError } from "../errors.ts";
import type { BinaryCodec } from "../schema/body.ts";
import type { BinaryOptions, JsonValue, MessageType } from "../schema/message.ts";
import type { Field } from "../schema/types.ts";
import { GeneratedBody } from "./generated-body.ts";
import { fromJson, toJson } from "./json.ts";
import { decodeBody, encodeBody } from "./proto.ts";

/** What the generator writes for a message. */
export interface MessageDraft<T> extends BinaryCodec<T> {
  /** Runs at first use, so that types may refer to each other in any order. */
  readonly fields: () => readonly Field[];
}

class GeneratedMessage<T extends object, Needed extends keyof T>
  extends GeneratedBody<T, readonly Field[]>
  implements MessageType<T, Needed>
{
  readonly kind = "message";
  readonly typeName: string;

  constructor(typeName: string, draft: MessageDraft<T>) {
    super(draft, draft.fields);
    this.typeName = typeName;
  }

  get type(): this {
    return this;
  }

  get fields(): readonly Field[] {
    return this.description;
  }

  encode(value: T, options?: BinaryOptions): Uint8Array {
    return encodeBody(this, value, options);
  }

  decode(bytes: Uint8Array, options?: BinaryOptions): T {
    return decodeBody(this, bytes, options);
  }

  toJson(value: T): JsonValue {
    return toJson(this, value);
  }

  fromJson(json: JsonValue): T {
    return fromJson(this, json) as T;
  }

  create(partial?: Partial<T>): T {
    try {
      // Reading nothing into what is given fills the rest with zeros.
      return this.read(new Reader(), 0, partial as T | undefined);
    } catch (error) {
      throw new EncodeError((error as Error).message, { cause: error });
    }
  }
}

/** Makes a message's type from its straight-line code and its description. */
export function message<T extends object, Needed extends keyof T = never>(
  typeName: string,
  draft: MessageDraft<T>,
): MessageType<T, Needed> {
  return new GeneratedMessage<T, Needed>(typeName, draft);
}
