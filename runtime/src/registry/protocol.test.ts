import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidJson } from "./check.ts";
import { longestTtl, type Registered } from "./endpoint.ts";
import { formatLine, parseLine, type WatchLine } from "./protocol.ts";

const text = fc.string({ minLength: 1, maxLength: 40, unit: fc.constantFrom(...'aZ0-_.: é"\\') });
const registered: fc.Arbitrary<Registered> = fc.record({
  endpoint: fc.record(
    {
      id: text,
      address: text.map((rest) => `tcp://${rest}`),
      protocol: text,
      services: fc.array(text, { maxLength: 4 }),
      weight: fc.double({ min: 0.001, max: 1e6, noNaN: true }),
      zone: text,
      metadata: fc.dictionary(fc.oneof(text, fc.constant("__proto__")), fc.oneof(text, fc.constant(""))),
    },
    { requiredKeys: ["id", "address"] },
  ),
  ttl: fc.integer({ min: 1, max: longestTtl }),
});
const line: fc.Arbitrary<WatchLine> = fc.oneof(
  fc.record({
    kind: fc.constant("snapshot" as const),
    endpoints: fc.array(registered, { maxLength: 5 }),
    keepalive: fc.integer({ min: 1, max: 600_000 }),
  }),
  fc.record({ kind: fc.constantFrom("insert" as const, "update" as const), endpoint: registered }),
  fc.record({
    kind: fc.constant("remove" as const),
    id: text,
    reason: fc.constantFrom("withdrawn", "expired"),
  }),
  fc.constant({ kind: "keepalive" as const }),
);

test("what is written is read again, on one line", () => {
  fc.assert(
    fc.property(line, (written) => {
      const formatted = formatLine(written);
      expect(formatted.indexOf("\n")).toBe(formatted.length - 1);
      expect(parseLine(formatted, 10)).toEqual(written);
    }),
  );
});

test("any text, and any JSON, is read or refused with a reason", () => {
  const any = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .record({ kind: fc.constantFrom("snapshot", "insert", "remove"), endpoint: fc.jsonValue() })
      .map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(any, (garbage) => {
      try {
        parseLine(garbage, 10);
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidJson);
      }
    }),
  );
});

test("a kind that is not known yet is a sign of life", () => {
  expect(parseLine('{"kind":"weather","wind":3}', 10)).toEqual({ kind: "keepalive" });
});

describe("a refusal says where, what is there and what is needed", () => {
  const endpoint = { id: "a", address: "tcp://h:1", ttl: 1 };
  const cases: [unknown, string][] = [
    [[], "the line is a list: it takes an object"],
    [{}, "kind is missing: it takes a string"],
    [{ kind: "snapshot", endpoints: 3 }, "endpoints is 3: it takes a list"],
    [
      { kind: "snapshot", endpoints: [endpoint, endpoint, endpoint], keepalive: 1 },
      "endpoints has 3 entries: at most 2 are taken",
    ],
    [
      { kind: "snapshot", endpoints: [endpoint, { ...endpoint, weight: -1 }] },
      "endpoints[1].weight is -1: it takes a number above 0 and up to 1000000",
    ],
    [
      { kind: "snapshot", endpoints: [], keepalive: 0 },
      "keepalive is 0: it takes an integer from 1 to 600000",
    ],
    [{ kind: "insert", endpoint: { ...endpoint, id: "" } }, "endpoint.id is empty"],
    [{ kind: "insert", endpoint: { ...endpoint, id: "a\nb" } }, "endpoint.id contains a control character"],
    [
      { kind: "insert", endpoint: { ...endpoint, id: "x".repeat(257) } },
      "endpoint.id has 257 characters: at most 256 are taken",
    ],
    [
      { kind: "insert", endpoint: { ...endpoint, address: "127.0.0.1:1" } },
      'endpoint.address is "127.0.0.1:1": it takes an address such as tcp://10.0.0.7:9000',
    ],
    [
      { kind: "insert", endpoint: { ...endpoint, ttl: 1.5 } },
      "endpoint.ttl is 1.5: it takes an integer from 1 to 86400000",
    ],
    [{ kind: "insert", endpoint: { ...endpoint, zone: null } }, "endpoint.zone is null: it takes a string"],
    [
      { kind: "insert", endpoint: { ...endpoint, services: ["a", {}] } },
      "endpoint.services[1] is an object: it takes a string",
    ],
    [
      { kind: "insert", endpoint: { ...endpoint, metadata: { k: 1 } } },
      "endpoint.metadata.k is 1: it takes a string",
    ],
    [{ kind: "remove" }, "id is missing: it takes a string"],
  ];
  test.each(cases)("%j", (json, message) => {
    expect(() => parseLine(JSON.stringify(json), 2)).toThrow(new InvalidJson(message));
  });

  test("not JSON", () => {
    expect(() => parseLine("<html>", 2)).toThrow(/^the line is not JSON: /);
  });
});
