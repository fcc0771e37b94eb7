import type { StatusCode } from "../errors.ts";
import type { ErrorType } from "../schema/typed-error.ts";
import type { Field } from "../schema/types.ts";
import { NamedBody } from "./generated-body.ts";
import type { MessageDraft } from "./message-body.ts";

class GeneratedError<Fields extends object> extends NamedBody<Fields> implements ErrorType<Fields> {
  readonly kind = "error";
  readonly name: string;
  readonly code: StatusCode;
  readonly defaultMessage: string;

  constructor(typeName: string, code: StatusCode, defaultMessage: string, draft: MessageDraft<Fields>) {
    super(typeName, draft, draft.fields);
    this.name = typeName.slice(typeName.lastIndexOf(".") + 1);
    this.code = code;
    this.defaultMessage = defaultMessage;
  }

  get fields(): readonly Field[] {
    return this.description;
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
