/** How names change their case on the way to TypeScript and Go, and the names that are derived from others. */

const raise = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/**
 * The TypeScript name of an rpc: `_` dropped and the next letter raised, the leading capitals lowered except one that
 * starts a word. `Get` is get, `GetURL` getURL, `URLOf` urlOf, `list_all` listAll, `GET_ALL` getALL.
 */
export function localName(rpc: string): string {
  const [first = "", ...rest] = rpc.split("_").filter((word) => word !== "");
  const capitals = /^[A-Z]+(?![a-z])/.exec(first)?.[0] ?? first.charAt(0);
  return capitals.toLowerCase() + first.slice(capitals.length) + rest.map(raise).join("");
}

/** The name on the Go side, PascalCase without initialisms: `user_id` is UserId, `__proto__` Proto. */
export const goName = (name: string): string => name.split("_").map(raise).join("");

/** `OrdersHandlers`: what a server of the service implements. */
export const handlersName = (service: { readonly name: string }): string => `${service.name}Handlers`;

/** `OrdersClient`: what a caller of the service holds. */
export const clientName = (service: { readonly name: string }): string => `${service.name}Client`;

/** `OrderNotFoundFields`: what the error is made from. */
export const fieldsName = (error: { readonly name: string }): string => `${error.name}Fields`;

/** `GetError`: the union of the errors that the method throws. */
export const methodErrorName = (method: { readonly localName: string }): string =>
  `${raise(method.localName)}Error`;

/** `isGetError`: the guard of {@link methodErrorName}. */
export const methodErrorGuardName = (method: { readonly localName: string }): string =>
  `is${methodErrorName(method)}`;
