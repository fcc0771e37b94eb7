import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Keepalive, type KeepaliveHost } from "./keepalive.ts";

vi.mock("../../clock.ts", () => ({ now: () => Date.now() }));

/** A connection whose test says what the peer does. */
class Host implements KeepaliveHost {
  inFlight = 1;
  unsent = 0;
  readonly events: string[] = [];

  ping(): void {
    this.events.push("ping");
  }

  onQuiet(): void {
    this.events.push("quiet");
  }

  onDead(reason: string): void {
    this.events.push(reason);
  }
}

function watching(): [Host, Keepalive] {
  const host = new Host();
  const keepalive = new Keepalive({ keepaliveInterval: 1_000, keepaliveTimeout: 400 }, host);
  keepalive.watch(false);
  return [host, keepalive];
}

const dead = /^the peer gave no sign of life for 14\d\d ms \(options keepaliveInterval, keepaliveTimeout\)$/;

beforeEach(
  () =>
    void vi.useFakeTimers({
      toFake: ["setTimeout", "clearTimeout", "setImmediate", "clearImmediate", "Date"],
    }),
);
afterEach(() => void vi.useRealTimers());

describe("a peer", () => {
  it("that is silent is asked, and given up", async () => {
    const [host] = watching();
    await vi.advanceTimersByTimeAsync(999);
    expect(host.events).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(host.events).toEqual(["ping"]);
    await vi.advanceTimersByTimeAsync(410);
    expect(host.events).toEqual(["ping", expect.stringMatching(dead)]);
  });

  it("that answers is asked again when it is silent again", async () => {
    const [host, keepalive] = watching();
    await vi.advanceTimersByTimeAsync(1_000);
    keepalive.onSign(Date.now());
    await vi.advanceTimersByTimeAsync(400);
    await vi.advanceTimersByTimeAsync(599);
    expect(host.events).toEqual(["ping"]);
    await vi.advanceTimersByTimeAsync(1);
    expect(host.events).toEqual(["ping", "ping"]);
  });

  it("that sends is not asked", async () => {
    const [host, keepalive] = watching();
    for (let i = 0; i < 10; i++) {
      await vi.advanceTimersByTimeAsync(900);
      keepalive.onSign(Date.now());
    }
    expect(host.events).toEqual([]);
  });

  it("that takes what is sent lives", async () => {
    const [host] = watching();
    host.unsent = 10_000;
    await vi.advanceTimersByTimeAsync(1_000);
    for (let i = 0; i < 5; i++) {
      host.unsent -= 1_000;
      await vi.advanceTimersByTimeAsync(1_400);
    }
    expect(host.events.filter((event) => event !== "ping")).toEqual([]);
  });

  it("whose callers give up sooner than it is asked is found all the same", async () => {
    const [host] = watching();
    await vi.advanceTimersByTimeAsync(500);
    host.inFlight = 0;
    await vi.advanceTimersByTimeAsync(910);
    expect(host.events).toEqual(["ping", expect.stringMatching(dead)]);
  });

  it("that sent the call itself is not asked once that is answered", async () => {
    const host = new Host();
    new Keepalive({ keepaliveInterval: 1_000, keepaliveTimeout: 400 }, host).watch(true);
    host.inFlight = 0;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(host.events).toEqual(["quiet"]);
  });

  it("is not watched while nothing waits for it, and again with the next call", async () => {
    const [host, keepalive] = watching();
    keepalive.onSign(Date.now());
    host.inFlight = 0;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(host.events).toEqual(["quiet"]);
    expect(vi.getTimerCount()).toBe(0);
    host.inFlight = 1;
    keepalive.watch(false);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(host.events).toEqual(["quiet", "ping"]);
  });

  it("is not judged by a process that was busy and has not read yet", async () => {
    const [host, keepalive] = watching();
    await vi.advanceTimersByTimeAsync(1_000);
    // What the timer's turn of the loop brings in comes before the verdict.
    setTimeout(() => setImmediate(() => keepalive.onSign(Date.now())), 399);
    await vi.advanceTimersByTimeAsync(500);
    expect(host.events).toEqual(["ping"]);
  });

  it("leaves no timer behind", () => {
    const [, keepalive] = watching();
    keepalive.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
