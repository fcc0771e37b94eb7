import { refuse } from "../bytes/refuse.ts";

/** @throws EncodeError where it is none */
export function objectOf(value: unknown): object {
  return typeof value === "object" && value !== null ? value : refuse(value, "an object");
}
