import { Reader } from "../bytes/reader.ts";
import type { ScalarName, ValueType } from "../schema/types.ts";
import { absent } from "./absent.ts";

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
      return absent(new Reader(), type, path);
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
