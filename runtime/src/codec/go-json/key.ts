import { goName } from "../../schema/go-name.ts";
import type { Field } from "../../schema/types.ts";

/** What a struct's field, or a member of a union, is called in Go, and in its JSON. */
export function keyOf({ go, name }: Field): string {
  return go ?? goName(name);
}
