import type { Reader } from "../bytes/reader.ts";
import type { Writer } from "../bytes/writer.ts";
import type { StatusCode } from "../errors.ts";
import type { ErrorType } from "../schema/typed-error.ts";
import type { Field } from "../schema/types.ts";
import type { MessageDraft } from "./message-type.ts";

class GeneratedError<Fields extends object> implements ErrorType<Fields> {
  readonly kind = "error";
  readonly typeName: string;
  readonly name: string;
  readonly code: StatusCode;
  readonly defaultMessage: string;
  readonly write: (writer: Writer, value: Fields) => void;
  readonly read: (reader: Reader, end: number, into?: Fields) => Fields;
  private readonly describe: () => readonly Field[];
  private described: readonly Field[] | undefined = undefined;

  constructor(typeName: string, code: StatusCode, defaultMessage: string, draft: MessageDraft<Fields>) {
    this.typeName = typeName;
    this.name = typeName.slice(typeName.lastIndexOf(".") + 1);
    this.code = code;
    this.defaultMessage = defaultMessage;
    this.write = draft.write;
    this.read = draft.read;
    this.describe = draft.fields;
  }

  get type(): this {
    return this;
  }

  get fields(): readonly Field[] {
    return (this.described ??= this.describe());
  }
}

/**
 * Makes a typed error's type: the static `type` of the generated class.
 * @param defaultMessage - the error's message where none is given
 */
export function errorType<Fields extends object>(
  typeName: string,
  code: StatusCode,
  defaultMessage: string,
  draft: MessageDraft<Fields>,
): ErrorType<Fields> {
  return new GeneratedError(typeName, code, defaultMessage, draft);
}
