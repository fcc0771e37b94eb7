import { Reader } from "../bytes/reader.ts";
import { EncodeError } from "../errors.ts";
import type { MessageBody, MessageType } from "../schema/message.ts";
import type { Field } from "../schema/types.ts";
import { StandaloneCodec } from "./standalone.ts";

class GeneratedMessage<T extends object, Needed extends keyof T>
  extends StandaloneCodec<T, MessageBody<T>>
  implements MessageType<T, Needed>
{
  readonly kind = "message";

  get fields(): readonly Field[] {
    return this.type.fields;
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

/** Makes of a message's body what can be used without a call. */
export function message<T extends object, Needed extends keyof T = never>(
  body: MessageBody<T>,
): MessageType<T, Needed> {
  return new GeneratedMessage<T, Needed>(body);
}
