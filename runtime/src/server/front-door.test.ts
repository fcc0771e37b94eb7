import { once } from "node:events";
import { duplexPair } from "node:stream";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { silentLogger } from "../logger.ts";
import type { FrontDoor } from "./front-door.ts";
import type { ServingOptions } from "./serving.ts";

// Each test finds nothing loaded.
beforeEach(() => void vi.resetModules());

async function open(): Promise<{ readonly door: FrontDoor; readonly warnings: string[] }> {
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
  const limits = {
    maxConnections: 10,
    maxHandshakes: 10,
    handshakeTimeout: 10_000,
    maxConnectionAge: Infinity,
  };
  const bounds = { maxConcurrency: Infinity, maxQueue: 0, maxLag: Infinity };
  // Of connections that say nothing, more is asked by nobody.
  const options = { limits, bounds, logger, router: {}, host: { logger } } as unknown as ServingOptions;
  const { FrontDoor } = await import("./front-door.ts");
  return { door: new FrontDoor(options), warnings };
}

const peer = { address: "tcp://caller:1" };

describe("a connection that comes before what takes it has loaded", () => {
  it("is taken once that is there", async () => {
    const { door } = await open();
    const [, there] = duplexPair();
    door.accept(there, peer);
    expect(door.connections).toBe(0);
    await door.load();
    expect(door.connections).toBe(1);
    door.destroy("the test is over");
    expect(there.destroyed).toBe(true);
  });

  it("is forgotten where it has broken by then", async () => {
    const { door } = await open();
    const [, there] = duplexPair();
    door.accept(there, peer);
    there.destroy(new Error("reset"));
    await door.load();
    expect(door.connections).toBe(0);
  });

  it("is let go where the other side has ended it by then", async () => {
    const { door } = await open();
    const [here, there] = duplexPair();
    there.resume();
    here.end();
    await once(there, "end");
    door.accept(there, peer);
    await door.load();
    expect(there.destroyed).toBe(true);
    expect(door.connections).toBe(0);
  });

  it("is refused where the server has closed meanwhile", async () => {
    const { door, warnings } = await open();
    const [, there] = duplexPair();
    door.accept(there, peer);
    await door.drain();
    expect(there.destroyed).toBe(true);
    expect(door.connections).toBe(0);
    expect(warnings).toEqual(["connection from tcp://caller:1 refused: the server is closed"]);
  });
});

it("a door that closed before anything came refuses what comes", async () => {
  const { door, warnings } = await open();
  await door.drain();
  const [, there] = duplexPair();
  door.acceptTls(there, peer);
  await door.load();
  expect(there.destroyed).toBe(true);
  expect(warnings).toEqual(["connection from tcp://caller:1 refused: the server is closed"]);
});

it("a connection waits for nothing where the test's clock has loaded what takes it", async () => {
  const { testClock } = await import("../testing/test-clock.ts");
  using clock = testClock();
  const { door } = await open();
  const [, there] = duplexPair();
  door.accept(there, peer);
  expect(door.connections).toBe(1);
  await clock.advance(10_000);
  // It is silent: it may stay.
  expect(door.connections).toBe(1);
  door.destroy("the test is over");
});
