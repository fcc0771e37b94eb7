import { Reader } from "../bytes/reader.ts";
import { DecodeError } from "../errors.ts";
import type { AnyMessageType, AnyUnionType, ScalarName, ValueType } from "../schema/types.ts";

/**
 * The value of a required message or union that the wire left out: a message of zeros.
 * @param path - of the field, for the error
 * @throws DecodeError where there is no zero: for a union, and a message that needs one
 */
export function absent<T>(type: AnyMessageType | AnyUnionType, path: string): T {
  if (type.kind === "union") throw new DecodeError(`${path}: missing, and a union has no zero`);
  try {
    return type.read(new Reader(), 0) as T;
  } catch (error) {
    throw new DecodeError(`${path}: missing, and it has no zero (${(error as Error).message})`, {
      cause: error,
    });
  }
}

/**
 * The zero of a type.
 * @param path - of the field, for the error
 * @throws DecodeError where there is none
 */
export function zero(type: ValueType, path: string): unknown {
  if (typeof type === "string") return zeroScalar(type);
  switch (type.kind) {
    case "enum":
      return 0;
    case "list":
      return [];
    case "map":
      return type.key === "string" ? {} : new Map();
    default:
      return absent(type, path);
  }
}

function zeroScalar(type: ScalarName): unknown {
  switch (type) {
    case "bool":
      return false;
    case "string":
      return "";
    case "bytes":
      return new Uint8Array(0);
    case "timestamp":
      return new Date(0);
    case "int64":
    case "uint64":
    case "sint64":
    case "fixed64":
    case "sfixed64":
      return 0n;
    default:
      return 0;
  }
}
