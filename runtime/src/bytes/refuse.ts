import { EncodeError } from "../errors.ts";

const shownCharacters = 40;

/** A value as an error text shows it: short, on one line. */
export function show(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length > shownCharacters ? `${value.slice(0, shownCharacters)}…` : value);
    case "bigint":
      return `${value}n`;
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "object":
      return showObject(value);
    case "function":
      return "a function";
    default:
      return String(value);
  }
}

function showObject(value: object | null): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "an invalid Date" : value.toISOString();
  if (value instanceof Map) return "a Map";
  return ArrayBuffer.isView(value) ? "bytes" : "an object";
}

/**
 * Refuses a value while encoding.
 * @param expected - what it should be, with its article: "a string"
 */
export function refuse(value: unknown, expected: string): never {
  throw new EncodeError(
    value === undefined ? `missing, expected ${expected}` : `${show(value)} is not ${expected}`,
  );
}
