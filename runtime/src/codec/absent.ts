import type { Reader } from "../bytes/reader.ts";
import { DecodeError } from "../errors.ts";
import type { AnyMessageType, AnyUnionType } from "../schema/types.ts";

/**
 * The value of a required message or union that the wire left out: a message of zeros.
 * @param reader - any: nothing is read
 * @param path - of the field, for the error
 * @throws DecodeError where there is no zero: for a union, and a message that needs one
 */
export function absent<T>(reader: Reader, type: AnyMessageType | AnyUnionType, path: string): T {
  if (type.kind === "union") throw new DecodeError(`${path}: missing, and a union has no zero`);
  try {
    return type.read(reader, 0) as T;
  } catch (error) {
    throw new DecodeError(`${path}: missing, and it has no zero (${(error as Error).message})`, {
      cause: error,
    });
  }
}
