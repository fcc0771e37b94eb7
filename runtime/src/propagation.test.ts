import { describe, expect, it } from "vitest";
import { connect } from "./client/connect.ts";
import { detach, enclosingCall, propagates, runInside } from "./propagation.ts";
import { Server } from "./server/server.ts";

const call = { deadline: 5, signal: new AbortController().signal };

describe("whether handlers run inside their call", () => {
  it("takes both a server and an open channel in the process", async () => {
    expect(propagates()).toBe(false);
    const server = new Server();
    expect(propagates()).toBe(false);
    const channel = server.inMemory();
    const other = server.inMemory();
    expect(propagates()).toBe(true);
    await channel.close();
    await channel.close();
    expect(propagates()).toBe(true);
    await other.close();
    expect(propagates()).toBe(false);
    const third = server.inMemory();
    await server.close();
    await server.close();
    expect(propagates()).toBe(false);
    await third.close();
  });

  it("does not count a server or a channel that never came to be", async () => {
    expect(() => new Server({ maxFrameBytes: 1 })).toThrow(RangeError);
    await expect(connect("memory:nobody")).rejects.toThrow("nothing listens");
    await expect(connect("memory:nobody", { timeout: 0 })).rejects.toThrow(RangeError);
    const channel = new Server().inMemory();
    expect(propagates()).toBe(true);
    await channel.close();
    expect(propagates()).toBe(false);
    expect(() => new Server({ maxFrameBytes: 1 })).toThrow(RangeError);
  });
});

describe("the enclosing call", () => {
  it("is known inside, also after an await, and not outside", async () => {
    expect(enclosingCall()).toBeUndefined();
    const inside = runInside(call, async () => {
      await Promise.resolve();
      return enclosingCall();
    });
    expect(enclosingCall()).toBeUndefined();
    expect(await inside).toBe(call);
  });

  it("is unknown in what is detached, and known again behind it", () => {
    const seen = runInside(call, () => [detach(() => enclosingCall()), enclosingCall()]);
    expect(seen).toEqual([undefined, call]);
  });
});
