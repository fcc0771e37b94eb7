import { RpcError } from "../errors.ts";
import type { AnyMethod } from "../schema/service.ts";
import { errorTypeOf, TypedError } from "../schema/typed-error.ts";
import type { ErrorFields } from "../schema/types.ts";
import { carriesSensitive, holdsSensitive } from "./sensitive.ts";

/** A typed error's description; undefined for any other error. */
export function typeOfError(error: unknown): (ErrorFields & { readonly defaultMessage: string }) | undefined {
  if (!(error instanceof TypedError)) return undefined;
  // A class of hand-written JavaScript may have none.
  return errorTypeOf(error) as ReturnType<typeof errorTypeOf> | undefined;
}

/** The error's class, or what was thrown in place of an error. */
export function nameOfError(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

/**
 * An error's text without what was called and where; undefined where it may tell of a sensitive field. Whoever wrote the text had the
 * fields at hand, whole, cut or encoded, so no text is shown of a method that carries any; a typed error's default text holds none.
 */
export function textOfError(method: AnyMethod, error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const text = error instanceof RpcError ? error.rawMessage : error.message;
  const type = typeOfError(error);
  if (type !== undefined && text === type.defaultMessage) return text;
  return carriesSensitive(method) || holdsSensitive(type) ? undefined : text;
}

/** What stands before the text: `TypeError [ERR_X]`. */
const className = /^[\w$.[\] ]*$/;

/** Where an error was made, without its text; undefined where the text cannot be told from the rest. */
export function stackOfError(error: unknown): string | undefined {
  if (!(error instanceof Error) || typeof error.stack !== "string") return undefined;
  const { stack, message } = error;
  const text = message === "" ? "\n" : `: ${message}\n`;
  const start = stack.indexOf(text);
  // A text that was changed later is not the one in the stack.
  if (start < 0 || !className.test(stack.slice(0, start))) return undefined;
  const frames = stack.slice(start + text.length);
  return frames.startsWith("    at ") ? `${error.name}\n${frames}` : undefined;
}
