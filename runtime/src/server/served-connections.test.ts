import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { ServedConnection } from "../protocol/protocol.ts";
import { ServedConnections } from "./served-connections.ts";

vi.mock("../clock.ts", () => ({ now: () => Date.now() }));

const maxAge = 1_000;

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] }));
afterEach(() => void vi.useRealTimers());

class Served implements ServedConnection {
  readonly canLeave: boolean;
  readonly reasons: string[] = [];

  constructor(canLeave = true) {
    this.canLeave = canLeave;
  }

  async drain(reason: string): Promise<void> {
    this.reasons.push(reason);
  }

  destroy(): void {
    // Nobody does.
  }
}

it("tells each connection once that it has reached its age, within a tenth of it", async () => {
  const served = new ServedConnections(maxAge);
  const connections = Array.from({ length: 50 }, () => new Served());
  for (const connection of connections) served.add(connection);
  await vi.advanceTimersByTimeAsync(0.9 * maxAge - 1);
  expect(connections.flatMap(({ reasons }) => reasons)).toEqual([]);
  await vi.advanceTimersByTimeAsync(0.1 * maxAge);
  const early = connections.filter(({ reasons }) => reasons.length > 0).length;
  expect(early).toBeGreaterThan(0);
  expect(early).toBeLessThan(connections.length);
  await vi.advanceTimersByTimeAsync(0.1 * maxAge + 1);
  for (const { reasons } of connections)
    expect(reasons).toEqual([
      "the connection has reached its maximum age of 1000 ms (option maxConnectionAge)",
    ]);
  await vi.advanceTimersByTimeAsync(3 * maxAge);
  for (const { reasons } of connections) expect(reasons).toHaveLength(1);
});

it("leaves those alone that cannot leave, and those that are gone", async () => {
  const served = new ServedConnections(maxAge);
  const [stays, gone] = [new Served(false), new Served()];
  served.add(stays);
  served.add(gone);
  expect(served.all()).toEqual([stays, gone]);
  served.delete(gone);
  await vi.advanceTimersByTimeAsync(3 * maxAge);
  expect([...stays.reasons, ...gone.reasons]).toEqual([]);
});

it("has one timer while it has connections, and none after or where none ends by its age", () => {
  const served = new ServedConnections(maxAge);
  const [a, b] = [new Served(), new Served()];
  served.add(a);
  served.add(b);
  expect(vi.getTimerCount()).toBe(1);
  served.delete(a);
  served.delete(b);
  expect(vi.getTimerCount()).toBe(0);
  new ServedConnections(Infinity).add(a);
  expect(vi.getTimerCount()).toBe(0);
});
