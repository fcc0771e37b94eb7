import { duplexPair } from "node:stream";
import { describe, expect, it } from "vitest";
import { silentLogger } from "../logger.ts";
import type { HostWithoutEvents } from "./acceptor.ts";
import { FrontDoor } from "./front-door.ts";

function open(): { readonly door: FrontDoor; readonly warnings: string[] } {
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
  const limits = {
    maxConnections: 10,
    maxHandshakes: 10,
    handshakeTimeout: 10_000,
    maxConnectionAge: Infinity,
  };
  // Of connections that say nothing, more is asked by nobody.
  const door = new FrontDoor(limits, { logger } as unknown as HostWithoutEvents, undefined);
  return { door, warnings };
}

const peer = { address: "tcp://caller:1" };

describe("a connection that comes before what takes it has loaded", () => {
  it("is taken once that is there", async () => {
    const { door } = open();
    const [, there] = duplexPair();
    door.accept(there, peer);
    expect(door.connections).toBe(0);
    await door.load();
    expect(door.connections).toBe(1);
    door.destroy("the test is over");
    expect(there.destroyed).toBe(true);
  });

  it("is forgotten where it has broken by then", async () => {
    const { door } = open();
    const [, there] = duplexPair();
    door.accept(there, peer);
    there.destroy(new Error("reset"));
    await door.load();
    expect(door.connections).toBe(0);
  });

  it("is refused where the server has closed meanwhile", async () => {
    const { door, warnings } = open();
    const [, there] = duplexPair();
    door.accept(there, peer);
    await door.drain();
    expect(there.destroyed).toBe(true);
    expect(door.connections).toBe(0);
    expect(warnings).toEqual(["connection from tcp://caller:1 refused: the server is closed"]);
  });
});

it("a door that closed before anything came refuses what comes", async () => {
  const { door, warnings } = open();
  await door.drain();
  const [, there] = duplexPair();
  door.acceptTls(there, peer);
  await door.load();
  expect(there.destroyed).toBe(true);
  expect(warnings).toEqual(["connection from tcp://caller:1 refused: the server is closed"]);
});
