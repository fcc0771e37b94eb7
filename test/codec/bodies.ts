import type { Body } from "../../runtime/src/schema/body.ts";
import type { ValueType } from "../../runtime/src/schema/types.ts";
import {
  Choice,
  Everything,
  Holder,
  Lists,
  Lost,
  Maps,
  Node,
  Optionals,
  Scalars,
} from "./everything.gorpc.ts";

/** A body, and how its value lies in the message that stands for it in protobuf. */
export interface TestedBody {
  /** The message in everything.proto. */
  readonly message: string;
  readonly body: Body<unknown>;
  readonly type: ValueType;
  /** The wrapper's field, for a value that is not a message itself. */
  readonly inside?: string;
}

const tested = (message: string, body: unknown, inside?: string): TestedBody => ({
  message,
  body: body as Body<unknown>,
  type: (body as Body<unknown>).type as ValueType,
  ...(inside === undefined ? {} : { inside }),
});

const { bare, grid, choose, when, keyed } = Everything.methods;

export const bodies: readonly TestedBody[] = [
  tested("Scalars", Scalars),
  tested("Optionals", Optionals),
  tested("Lists", Lists),
  tested("Maps", Maps),
  tested("Node", Node),
  tested("Holder", Holder),
  tested("Choice", Choice),
  tested("Lost", Lost.type),
  tested("Int32List", bare.request, "values"),
  tested("Int64Value", bare.response, "value"),
  tested("StringListList", grid.request, "values"),
  tested("PointListByString", grid.response, "entries"),
  tested("PhaseValue", choose.response, "value"),
  tested("TimestampValue", when.request, "value"),
  tested("DurationValue", when.response, "value"),
  tested("BytesByUint64", keyed.request, "entries"),
  tested("BoolValue", keyed.response, "value"),
];
