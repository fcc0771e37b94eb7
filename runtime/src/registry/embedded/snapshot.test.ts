import fc from "fast-check";
import { expect, test } from "vitest";
import { InvalidJson } from "../check.ts";
import { formatSnapshot, parseSnapshot } from "./snapshot.ts";

const a = { id: "a", address: "tcp://h:1", ttl: 1_000 };
const b = { id: "b", address: "tcp://h:2", ttl: 2_000, metadata: { k: "ü\n" } };

test("what is written is read again, an endpoint a line", () => {
  const texts = new Map([
    ["orders", [a, b].map((each) => JSON.stringify(each))],
    ["__proto__", [JSON.stringify(a)]],
  ]);
  const text = formatSnapshot(texts);
  expect(text).toBe(
    '{ "format": "gorpc-registry/1", "services": {\n' +
      '  "orders": [\n    {"id":"a","address":"tcp://h:1","ttl":1000},\n' +
      '    {"id":"b","address":"tcp://h:2","ttl":2000,"metadata":{"k":"ü\\n"}}\n  ],\n' +
      '  "__proto__": [\n    {"id":"a","address":"tcp://h:1","ttl":1000}\n  ]\n} }\n',
  );
  const { registrations, faults } = parseSnapshot(text.replace("ü\\n", "ü"));
  expect(registrations).toMatchObject([
    { name: "orders", registered: { endpoint: { id: "a" }, ttl: 1_000 } },
    { name: "orders", registered: { endpoint: { id: "b", metadata: { k: "ü" } }, ttl: 2_000 } },
    { name: "__proto__", registered: { endpoint: { id: "a" } } },
  ]);
  expect(faults).toEqual([]);
  expect(parseSnapshot(formatSnapshot(new Map()))).toEqual({ registrations: [], faults: [] });
});

test("one bad registration costs itself", () => {
  const services = {
    orders: [a, { ...b, address: "h:2" }, 3],
    "a b": [a],
    stock: { a },
    last: [b],
  };
  const { registrations, faults } = parseSnapshot(JSON.stringify({ format: "gorpc-registry/1", services }));
  expect(registrations.map(({ name, registered }) => `${name} ${registered.endpoint.id}`)).toEqual([
    "orders a",
  ]);
  expect(faults).toEqual([
    'orders[1].address is "h:2": it takes an address such as tcp://10.0.0.7:9000',
    "orders[2] is 3: it takes an object",
    'name is "a b": it takes letters, digits, "_", "-" and "."',
    "stock is an object: it takes a list",
    "last[0].metadata.k contains a control character",
  ]);
});

test.each([
  ["", /^it is not JSON: /],
  ['{ "format": "gorpc-registry/1", "services": {', /^it is not JSON: /],
  ["[]", /^it is a list: it takes an object$/],
  ["{}", /^it has no "format": "gorpc-registry\/1", so it is no snapshot of a registry$/],
  ['{"format":"gorpc-registry/1"}', /^services is missing: it takes an object$/],
])("%j is no snapshot", (text, message) => {
  expect(() => parseSnapshot(text)).toThrow(message);
});

test("any JSON is read or refused with a reason", () => {
  const services = fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue()));
  fc.assert(
    fc.property(services, (garbage) => {
      try {
        parseSnapshot(JSON.stringify({ format: "gorpc-registry/1", services: garbage }));
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidJson);
      }
    }),
  );
});
