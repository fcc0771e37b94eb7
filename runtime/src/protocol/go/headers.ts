import type { Field } from "../../schema/types.ts";

/** What stands before a request. */
export interface RequestHeader {
  readonly serviceMethod: string;
  readonly seq: bigint;
}

/** What stands before an answer. */
export interface ResponseHeader extends RequestHeader {
  /** Empty where the call succeeded. */
  readonly error: string;
}

export const requestFields: readonly Field[] = [
  { number: 1, name: "serviceMethod", type: "string" },
  { number: 2, name: "seq", type: "uint64" },
];

export const responseFields: readonly Field[] = [
  ...requestFields,
  { number: 3, name: "error", type: "string" },
];
