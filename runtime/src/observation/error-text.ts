import { RpcError } from "../errors.ts";
import { errorTypeOf, TypedError } from "../schema/typed-error.ts";
import type { ErrorFields } from "../schema/types.ts";
import type { ObservedCall } from "./observed-call.ts";
import { carriesSensitive, holdsSensitive } from "./sensitive.ts";

/** A typed error's description; undefined for any other error. */
export function typeOfError(error: unknown): (ErrorFields & { readonly defaultMessage: string }) | undefined {
  if (!(error instanceof TypedError)) return undefined;
  // A class of hand-written JavaScript may have none.
  return errorTypeOf(error);
}

/** The error's class, or what was thrown in place of an error. */
export function nameOfError(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

/** What is needed of a call to judge its error. */
export type FailedCall = Pick<ObservedCall, "method" | "context" | "error">;

/**
 * Whether what was written about an error may tell of a sensitive field. Whoever wrote it had the fields at hand, whole, cut or
 * encoded, so nothing is shown of a method that carries any, nor on a server of an error that a call to another one failed with.
 */
function mayTell({ method, context, error }: FailedCall): boolean {
  const isOfAnother = context !== undefined && error instanceof RpcError && error.sent !== undefined;
  return isOfAnother || carriesSensitive(method) || holdsSensitive(typeOfError(error));
}

/**
 * An error's text without what was called and where; undefined where it may tell of a sensitive field, which a typed error's default
 * text never does.
 */
export function textOfError(call: FailedCall): string | undefined {
  const { error } = call;
  if (!(error instanceof Error)) return undefined;
  const text = error instanceof RpcError ? error.rawMessage : error.message;
  return text === typeOfError(error)?.defaultMessage || !mayTell(call) ? text : undefined;
}

/** An error's stack, which begins with its text; undefined where that may tell of a sensitive field. */
export function stackOfError(call: FailedCall): string | undefined {
  return call.error instanceof Error && !mayTell(call) ? call.error.stack : undefined;
}
