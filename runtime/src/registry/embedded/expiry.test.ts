import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Expiry } from "./expiry.ts";
import { EndpointTable } from "./table.ts";

let clock = 0;
vi.mock("../../clock.ts", () => ({ now: () => clock }));

beforeEach(() => {
  clock = 0;
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

function advance(ms: number): void {
  clock += ms;
  vi.advanceTimersByTime(ms);
}

function made(): { table: EndpointTable; expiry: Expiry; put: (id: string, ttl: number) => void } {
  const table = new EndpointTable({ maxNames: 9, maxEndpoints: 9, maxTableBytes: 9_999 }, () => {});
  const expiry = new Expiry(table);
  return {
    table,
    expiry,
    put(id, ttl) {
      table.put("s", { endpoint: { id, address: "tcp://h:1" }, ttl }, clock);
      expiry.by(clock + ttl);
    },
  };
}

test("each registration goes when its time is over, the shortest first", () => {
  const { table, put } = made();
  put("long", 1_000);
  put("short", 100);
  advance(99);
  expect(table.list("s", clock)).toHaveLength(2);
  advance(1);
  expect(table.list("s", clock)).toMatchObject([{ endpoint: { id: "long" } }]);
  advance(900);
  expect(table.names()).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

test("a renewal in time counts", () => {
  const { table, put } = made();
  put("a", 100);
  advance(60);
  put("a", 100);
  advance(60);
  expect(table.names()).toEqual(["s"]);
  advance(40);
  expect(table.names()).toEqual([]);
});

test("a process that was stopped counts everyone as renewed", () => {
  const { table, put } = made();
  put("a", 1_000);
  clock += 60_000;
  vi.advanceTimersByTime(1_000);
  expect(table.names()).toEqual(["s"]);
  advance(999);
  expect(table.names()).toEqual(["s"]);
  advance(1);
  expect(table.names()).toEqual([]);
});

test("stopped, it leaves no timer", () => {
  const { expiry, put } = made();
  put("a", 1_000);
  expiry.stop();
  expect(vi.getTimerCount()).toBe(0);
});
