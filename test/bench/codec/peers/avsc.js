import avro from "avsc";

const int = "int";
const string = "string";
const optional = (type) => ({ type: ["null", type], default: null });
const record = (name, fields) => ({
  type: "record",
  name,
  fields: Object.entries(fields).map(([field, type]) => ({
    name: field,
    ...(typeof type === "object" && "default" in type ? type : { type }),
  })),
});

const money = record("Money", { currency: string, units: int, nanos: int });
const item = record("LineItem", {
  sku: string,
  title: string,
  quantity: int,
  price: money,
  discount: optional("Money"),
});
const order = record("Order", {
  id: string,
  customer: string,
  status: int,
  items: { type: "array", items: item },
  labels: { type: "map", values: string },
  total: "Money",
  gift: "boolean",
  note: optional(string),
});
const schemas = {
  small: record("Small", {
    id: int,
    name: string,
    city: string,
    street: string,
    code: string,
    score: "double",
  }),
  medium: order,
  large: record("Archive", {
    name: string,
    orders: { type: "array", items: order },
    descriptions: { type: "array", items: string },
    samples: { type: "array", items: "double" },
    counts: { type: "array", items: int },
  }),
};

/** @type {import("../peer.ts").Peer} */
export const peer = {
  open(size) {
    const type = avro.Type.forSchema(schemas[size]);
    return {
      prepare: (value) => value,
      encode: (message) => type.toBuffer(message),
      decode: (bytes) => type.fromBuffer(bytes),
      plain: (message) => message,
    };
  },
};
