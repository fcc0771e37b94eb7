import * as types from "../../generated/bebop/messages.ts";
import { sizes } from "../sizes.ts";

/** Its maps are Maps. */
const withMap = (order) => ({ ...order, labels: new Map(Object.entries(order.labels)) });
const withObject = (order) => ({ ...order, labels: Object.fromEntries(order.labels) });
const forms = {
  small: { prepare: (value) => value, plain: (message) => message },
  medium: { prepare: withMap, plain: withObject },
  large: {
    prepare: (value) => ({ ...value, orders: value.orders.map(withMap) }),
    plain: (message) => ({ ...message, orders: message.orders.map(withObject) }),
  },
};

/** @type {import("../peer.ts").Peer} */
export const peer = {
  open(size) {
    const type = types[sizes[size].message];
    return {
      ...forms[size],
      encode: (message) => type.encode(message),
      decode: (bytes) => type.decode(bytes),
    };
  },
};
