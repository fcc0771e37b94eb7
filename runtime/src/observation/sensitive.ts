import type { AnyMethod } from "../schema/service.ts";
import type { ErrorFields, Field, ValueType } from "../schema/types.ts";

type Described = ValueType | ErrorFields | undefined;

const ofTypes = new WeakMap<object, boolean>();
const ofMethods = new WeakMap<AnyMethod, boolean>();

/** Whether a value of a type can hold a field that its schema calls sensitive, at any depth. */
export function holdsSensitive(type: Described): boolean {
  if (typeof type !== "object") return false;
  const known = ofTypes.get(type);
  if (known !== undefined) return known;
  const found = search(type, new Set());
  ofTypes.set(type, found);
  return found;
}

/** Whether a method's request, response or declared errors can. */
export function carriesSensitive(method: AnyMethod): boolean {
  const known = ofMethods.get(method);
  if (known !== undefined) return known;
  const errors = method.throws.map(({ type }) => type);
  const found = [method.request.type, method.response.type, ...errors].some(holdsSensitive);
  ofMethods.set(method, found);
  return found;
}

/** @param seen - types being searched: a type may hold itself */
function search(type: Described, seen: Set<object>): boolean {
  if (typeof type !== "object" || seen.has(type)) return false;
  seen.add(type);
  switch (type.kind) {
    case "enum":
      return false;
    case "list":
      return search(type.element, seen);
    case "map":
      return search(type.value, seen);
    case "union":
      return searchFields(type.members, seen);
    default:
      return searchFields(type.fields, seen);
  }
}

function searchFields(fields: readonly Field[], seen: Set<object>): boolean {
  return fields.some((field) => field.sensitive === true || search(field.type, seen));
}
