/** What generated Go declares at the top level of its package, besides types under their {@link goName}. */
import { goName } from "./names.ts";

interface Named {
  readonly name: string;
}

/** A member of the schema: `@go` may give it another name. */
interface Member extends Named {
  readonly go?: string | undefined;
}

/** The name on the Go side of a field, a union's member, a method or a registered service. */
export const goMemberName = ({ name, go }: Member): string => go ?? goName(name);

/** `MAX_ITEMS`: a constant keeps its spelling, but for what would keep Go from exporting it. */
export const goConstantName = ({ name }: Named): string => {
  const [first = "", ...rest] = name.replace(/^_+/, "");
  return first.toUpperCase() + rest.join("");
};

/** `OrderStatus_PAID`: no Go name of a type has a `_`, so that types and values do not clash. */
export const goValueName = (owner: Named, value: Named): string => `${goName(owner.name)}_${value.name}`;

/** `Payment_Card`: the number of a union's member. */
export const goKindName = (union: Named, member: Member): string =>
  `${goName(union.name)}_${goMemberName(member)}`;

/** `OrdersHandlers`: the interface that a server of the service implements. */
export const goHandlersName = ({ name }: Named): string => `${goName(name)}Handlers`;

/** `RegisterOrders`: the function that puts the handlers on an `rpc.Server`. */
export const goRegisterName = ({ name }: Named): string => `Register${goName(name)}`;

/** `OrdersClient`: what a caller of the service holds. */
export const goClientName = ({ name }: Named): string => `${goName(name)}Client`;

/** `NewOrdersClient`: the function that makes the client. */
export const goNewClientName = ({ name }: Named): string => `New${goName(name)}Client`;
