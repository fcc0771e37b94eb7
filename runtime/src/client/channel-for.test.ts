import { expect, test } from "vitest";
import { HealthClient } from "../health/index.ts";
import { connect, Server } from "../index.ts";

const text = (given: string): string =>
  `a client of gorpc.health.v1.Health takes a channel, as "await connect(...)" gives it, not ${given}`;

test.each<[given: unknown, shown: string]>([
  [Promise.resolve(), "[object Promise]"],
  [undefined, "[object Undefined]"],
  [null, "[object Null]"],
  ["tcp://127.0.0.1:9000", "[object String]"],
  [new Server(), "[object Object]"],
])("a client made of %o says what it takes", (given, shown) => {
  expect(() => new HealthClient(given as never)).toThrow(new TypeError(text(shown)));
});

test("a client made without waiting for connect says so at once", async () => {
  const connecting = connect("memory:nobody", { lazy: true });
  expect(() => new HealthClient(connecting as never)).toThrow(text("[object Promise]"));
  await (await connecting).close();
});

test("a client is made of any channel, also of one that a test wrote", async () => {
  const channel = { unary: async () => ({ status: 1 }) };
  const answer = await new HealthClient(channel as never).check({ service: "" });
  expect(answer).toEqual({ status: 1 });
  const streaming = { stream: () => "a stream" };
  expect(new HealthClient(streaming as never).watch({ service: "" })).toBe("a stream");
});
