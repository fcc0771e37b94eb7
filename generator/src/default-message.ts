import type { TypedError } from "@gorpc/idl";

/** The text of an error that is given none: its name and the first line of its doc comment. */
export function defaultMessage({ name, doc }: TypedError): string {
  const line = doc?.trim().split(/\r?\n/, 1)[0]?.trim();
  return line === undefined || line === "" ? name : `${name}: ${line}`;
}
