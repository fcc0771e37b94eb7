import { deepEqual, throws } from "node:assert/strict";
import { DecodeError, EncodeError } from "@gorpc/runtime";
import { Basket, Both, Order, Payment } from "./unions.gorpc.ts";

const payment: Payment = { kind: "text", value: "cash" };

// @ts-expect-error a union has no zero
throws(() => Order.create({ id: "7" }), EncodeError);
// @ts-expect-error nor has a message that needs one
throws(() => Basket.create(), EncodeError);
const order = Order.create({ payment });
deepEqual(order, { id: "", payment, second: undefined, many: [] });
deepEqual(Basket.create({ order }).order, order);

throws(() => Order.decode(new Uint8Array(0)), {
  name: "DecodeError",
  message: /golden\.unions\.Order\.payment/,
});
throws(() => Both.decode(new Uint8Array(0)), {
  name: "DecodeError",
  message: /golden\.unions\.Both\.basket/,
});
throws(() => Payment.decode(new Uint8Array(0)), DecodeError);

throws(() => Payment.encode({ kind: "texts", value: "x" } as never), {
  name: "EncodeError",
  message: /kind/,
});
throws(() => Payment.encode({ kind: "text", value: 5 } as never), {
  name: "EncodeError",
  message: /Payment\.text/,
});

// A member that is zero is there all the same.
for (const zero of [
  { kind: "text", value: "" },
  { kind: "amount", value: 0n },
  { kind: "flag", value: false },
  { kind: "ratio", value: 0 },
  { kind: "coins", value: [] },
  { kind: "nothing", value: {} },
] as const satisfies Payment[]) {
  deepEqual(Payment.decode(Payment.encode(zero as Payment)), zero);
}

// The last member counts; the same message again merges.
const bytes = (...parts: Payment[]) => Uint8Array.from(parts.flatMap((part) => [...Payment.encode(part)]));
deepEqual(Payment.decode(bytes({ kind: "amount", value: 5n }, payment)), payment);
const expires = new Date(1000);
const merged = bytes(
  { kind: "card", value: { number: "", expires } },
  { kind: "card", value: { number: "12" } },
);
deepEqual(Payment.decode(merged), { kind: "card", value: { number: "12", expires } });
const interrupted = bytes({ kind: "card", value: { number: "", expires } }, payment, {
  kind: "card",
  value: { number: "12" },
});
deepEqual(Payment.decode(interrupted), { kind: "card", value: { number: "12", expires: undefined } });
