import type { FileContext } from "./file-context.ts";
import { isInherited, literal } from "./names.ts";

/**
 * The expression for a field of an object that a user made: what every object inherits is no value of a field.
 * @param missing - the expression where the field is missing, needed only for such names
 */
export function ownField(object: string, name: string, missing: string, context: FileContext): string {
  const plain = `${object}.${name}`;
  if (!isInherited(name)) return plain;
  return `${context.global("Object")}.hasOwn(${object}, ${literal(name)}) ? ${plain} : ${missing}`;
}
