import { connect, RpcError, Server } from "@gorpc/runtime";
import { fakes, faultyProxy, testChannel, testClock } from "@gorpc/runtime/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { Arith, ArithClient, type ArithHandlers } from "../e2e/arith.gorpc.ts";
import { deferred, failureOf, matching, until } from "../e2e/waiting.ts";
import { start } from "../e2e/world.ts";
import { root, run } from "../run.ts";

function clientTo(handlers: Partial<ArithHandlers>): ArithClient {
  const channel = testChannel(Arith, handlers);
  onTestFinished(() => channel.close());
  return new ArithClient(channel);
}

/** Whether a promise has settled, and how. */
function watch(promise: Promise<unknown>): { state: string } {
  const seen = { state: "pending" };
  promise.then(
    () => void (seen.state = "done"),
    (error: unknown) => void (seen.state = error instanceof RpcError ? error.code : String(error)),
  );
  return seen;
}

describe("a clock that a test owns", () => {
  it("ends a call exactly when its timeout is over, and tells its handler", async () => {
    using clock = testClock();
    let ended: unknown;
    let left: number | undefined;
    const arith = clientTo({
      ping: (context) => {
        left = context.timeRemaining();
        context.signal.addEventListener("abort", () => void (ended = context.signal.reason));
        return new Promise(() => {});
      },
    });
    const call = watch(arith.ping({ timeout: 50 }));
    await clock.advance(49);
    expect([call.state, left, ended]).toEqual(["pending", 50, undefined]);
    await clock.advance(1);
    expect(call.state).toBe("DEADLINE_EXCEEDED");
    expect(ended).toMatchObject({ code: "DEADLINE_EXCEEDED" });
  });

  it("says of a deadline what it says in real time", async () => {
    using clock = testClock();
    const failure = failureOf(clientTo({ ping: () => new Promise(() => {}) }).ping({ timeout: 3_600_000 }));
    await clock.advance(3_600_000);
    // On the caller's side or on the server's: both are at the same time now.
    expect(await failure).toMatchObject({
      code: "DEADLINE_EXCEEDED",
      message: matching(/timeout of 3600000 ms ran out/),
    });
  });

  it("lets what is due happen in its order, each at its own time", async () => {
    using clock = testClock();
    const start = clock.now();
    const arith = clientTo({ ping: () => new Promise(() => {}) });
    const ends: number[] = [];
    for (const timeout of [300, 100, 200]) {
      arith.ping({ timeout }).catch(() => ends.push(clock.now() - start));
    }
    await clock.advance(1_000);
    expect(ends).toEqual([100, 200, 300]);
    expect(clock.now() - start).toBe(1_000);
  });

  it("is that of calls made inside a handler, too", async () => {
    using clock = testClock();
    const inner = clientTo({ ping: () => new Promise(() => {}) });
    let innerEnd: unknown;
    const outer = clientTo({
      ping: () => inner.ping({ timeout: Infinity }).catch((error: unknown) => void (innerEnd = error)),
    });
    const call = watch(outer.ping({ timeout: 80 }));
    await clock.advance(80);
    expect(call.state).toBe("DEADLINE_EXCEEDED");
    expect(innerEnd).toMatchObject({ code: "DEADLINE_EXCEEDED" });
  });

  it("stands still over sockets as well, until the test says otherwise", async () => {
    const { arith, address } = await start();
    const hole = await faultyProxy(address, { toClient: { dropAfter: 0 } });
    onTestFinished(() => hole.close());
    using clock = testClock();
    const connecting = watch(connect(hole.address, { connectTimeout: 5_000 }));
    await until(() => hole.connections === 1);
    await arith.ping();
    await clock.advance(4_999);
    expect(connecting.state).toBe("pending");
    await clock.advance(100);
    await until(() => connecting.state === "UNAVAILABLE");
  });

  it("waits for a server's drain, and for the pause before an address is dialled again", async () => {
    using clock = testClock();
    const server = new Server();
    const entered = deferred();
    server.register(
      Arith,
      fakes(Arith, {
        ping() {
          entered.resolve();
          return new Promise(() => {});
        },
      }),
    );
    const address = await server.listen("memory:clocked");
    const channel = await connect(address);
    const call = watch(new ArithClient(channel).ping({ timeout: Infinity }));
    await entered.promise;
    const closed = watch(server.close({ drain: 2_000 }));
    await clock.advance(1_999);
    expect([closed.state, call.state]).toEqual(["pending", "pending"]);
    await clock.advance(1);
    expect([closed.state, call.state]).toEqual(["done", "UNAVAILABLE"]);
    const back = new Server();
    await back.listen(address);
    // No call makes it dial: only its pause does.
    await clock.advance(15_000);
    expect(back.connections).toBe(1);
    await channel.close();
    await back.close();
  });

  it("takes calls over that wait already, and gives those that wait still back", async () => {
    const arith = clientTo({ ping: () => new Promise(() => {}) });
    await failureOf(arith.sum({ left: 1, right: 1 }));
    const before = watch(arith.ping({ timeout: 60_000 }));
    const clock = testClock();
    await clock.advance(60_100);
    expect(before.state).toBe("DEADLINE_EXCEEDED");
    const stop = new AbortController();
    const after = watch(arith.ping({ timeout: 20, signal: stop.signal }));
    await clock.advance(0);
    clock.dispose();
    clock.dispose();
    const real = watch(arith.ping({ timeout: 10 }));
    await until(() => real.state === "DEADLINE_EXCEEDED");
    // Its deadline was a minute ahead, as that clock had it.
    expect(after.state).toBe("pending");
    stop.abort();
  });

  it("is one at a time: the error says where the other was made", async () => {
    {
      using clock = testClock();
      expect(clock.now()).toBeGreaterThan(0);
      expect(() => testClock()).toThrow(/a test clock is there already, made at .*test-clock\.test\.ts/);
    }
    testClock().dispose();
  });

  it("refuses what cannot be meant", async () => {
    const clock = testClock();
    for (const ms of [-1, Number.NaN, Infinity]) {
      await expect(clock.advance(ms)).rejects.toThrow(RangeError);
    }
    const advancing = clock.advance(1);
    await expect(clock.advance(1)).rejects.toThrow("the clock advances already: await that first");
    await advancing;
    clock.dispose();
    await expect(clock.advance(1)).rejects.toThrow("the test clock was disposed of");
  });

  it("that is forgotten fails the process, which says where it was made", async () => {
    const script = 'import { testClock } from "@gorpc/runtime/testing"; testClock();';
    const forgotten = run(process.execPath, ["--input-type=module", "--eval", script], { folder: root });
    await expect(forgotten).rejects.toThrow(/the test clock made at .* was never disposed of/);
  });
});
