import { describe, expect, test } from "vitest";
import type { Registered } from "../endpoint.ts";
import { EndpointTable } from "./table.ts";

const roomy = { maxNames: 100, maxEndpoints: 100, maxTableBytes: 100_000 };

function made(limits = roomy): { table: EndpointTable; said: string[] } {
  const said: string[] = [];
  const table = new EndpointTable(limits, (name, line) => {
    said.push(line.kind === "remove" ? `${name} ${line.id} ${line.reason}` : `${name} ${line.kind}`);
  });
  return { table, said };
}

function registered(id: string, ttl = 1_000, weight?: number): Registered {
  return { endpoint: { id, address: "tcp://h:1", weight }, ttl };
}

test("a registration is told once, its renewals never, its changes each time", () => {
  const { table, said } = made();
  expect(table.put("s", registered("a"), 0)).toBe(true);
  expect(table.put("s", registered("a"), 500)).toBe(false);
  expect(table.put("s", registered("a", 1_000, 2), 600)).toBe(false);
  expect(said).toEqual(["s insert", "s update"]);
  expect(table.list("s", 700)).toMatchObject([{ endpoint: { weight: 2 }, expiresIn: 900 }]);
});

test("what is not renewed expires, and the next expiry is told", () => {
  const { table, said } = made();
  table.put("s", registered("a"), 0);
  table.put("t", registered("b"), 300);
  table.put("s", registered("c"), 600);
  table.put("s", registered("a"), 500);
  expect(table.expire(1_299)).toBe(1_300);
  expect(table.expire(1_300)).toBe(1_500);
  expect(table.names()).toEqual(["s"]);
  expect(table.expire(10_000)).toBe(Infinity);
  expect(said.slice(3)).toEqual(["t b expired", "s a expired", "s c expired"]);
});

test("withdrawing is told once", () => {
  const { table, said } = made();
  table.put("s", registered("a"), 0);
  expect(table.remove("s", "a", "withdrawn")).toBe(true);
  expect(table.remove("s", "a", "withdrawn")).toBe(false);
  expect(table.remove("nobody", "a", "withdrawn")).toBe(false);
  expect(said).toEqual(["s insert", "s a withdrawn"]);
});

describe("limits", () => {
  test("names", () => {
    const { table } = made({ ...roomy, maxNames: 1 });
    table.put("s", registered("a"), 0);
    table.put("s", registered("b"), 0);
    expect(() => table.put("t", registered("a"), 0)).toThrow(
      "the limit is 1 (option maxNames of the registry)",
    );
  });

  test("endpoints: who is registered can still renew, and a withdrawal makes room", () => {
    const { table } = made({ ...roomy, maxEndpoints: 1 });
    table.put("s", registered("a"), 0);
    expect(() => table.put("s", registered("b"), 0)).toThrow(
      "the limit is 1 (option maxEndpoints of the registry)",
    );
    table.put("s", registered("a", 1_000, 3), 0);
    table.remove("s", "a", "withdrawn");
    table.put("s", registered("b"), 0);
  });

  test("bytes: counted as they change, and freed", () => {
    const { table } = made({ ...roomy, maxTableBytes: 60 });
    table.put("s", registered("a"), 0);
    table.put("s", registered("a", 1_000, 2), 0);
    expect(() => table.put("s", registered("b"), 0)).toThrow(
      "the limit is 60 (option maxTableBytes of the registry)",
    );
    expect(() => table.put("s", registered("a", 1_000, 1.23456789), 0)).toThrow("maxTableBytes");
    table.expire(1_000);
    table.put("s", registered("b"), 0);
  });
});
