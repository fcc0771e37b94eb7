import { connect, type RpcError } from "@gorpc/runtime";
import type { Balancer } from "@gorpc/runtime/balancer";
import { staticResolver } from "@gorpc/runtime/registry";
import { describe, expect, it, onTestFinished } from "vitest";
import { ArithClient } from "./arith.gorpc.ts";
import { deferred, failureOf, matching, until } from "./waiting.ts";
import { dial, type Setup, start, startServer, type World } from "./world.ts";

/** A world whose `slow` waits for the test, and what it was called with. */
interface Held extends World {
  readonly entered: number[];
  /** Answers the call of that value, once it has been entered. */
  readonly answer: (value: number) => Promise<void>;
}

async function held(server: Setup["server"]): Promise<Held> {
  const entered: number[] = [];
  const answers = new Map<number, () => void>();
  const world = await start({
    ...(server !== undefined && { server }),
    // What is shed is looked at, not tried again.
    channel: { retry: false },
    handlers: {
      slow(value) {
        entered.push(value);
        return new Promise((resolve) => answers.set(value, () => resolve(`slow ${value}`)));
      },
    },
  });
  const answer = async (value: number): Promise<void> => {
    await until(() => answers.has(value));
    answers.get(value)!();
  };
  return { ...world, entered, answer };
}

describe("a server that is full", () => {
  it("sheds with when to come back, and the caller knows that the call was not run", async () => {
    const { arith, address, entered, answer, log } = await held({ maxConcurrency: 1, maxQueue: 1 });
    const first = arith.slow(1);
    const second = arith.slow(2);
    const error = await failureOf(arith.slow(3));
    expect(error).toMatchObject({
      code: "RESOURCE_EXHAUSTED",
      sent: "no",
      message: `/test.arith.v1.Arith/Slow at ${address}: the server is full: 1 calls run and 1 wait (options maxConcurrency, maxQueue)`,
    });
    expect(error.retryAfter).toBeGreaterThanOrEqual(10);
    expect(error.retryAfter).toBeLessThanOrEqual(5_000);
    expect(entered).toEqual([1]);
    await answer(1);
    await answer(2);
    expect(await Promise.all([first, second])).toEqual(["slow 1", "slow 2"]);
    expect(log).toMatchObject([{ level: "warn", message: matching(/^calls are shed: the server is full/) }]);
  });

  it("counts over all connections", async () => {
    const world = await held({ maxConcurrency: 1, maxQueue: 0 });
    const first = world.arith.slow(1);
    await until(() => world.entered.length === 1);
    const other = await dial(world.address);
    expect(await failureOf(other.arith.ping())).toMatchObject({ code: "RESOURCE_EXHAUSTED", sent: "no" });
    await world.answer(1);
    await first;
    await other.arith.ping();
  });

  it("counts a stream as one call while it is open", async () => {
    const { arith } = await start({ server: { maxConcurrency: 1, maxQueue: 1 } });
    const stop = deferred();
    const chat = arith.chat(
      (async function* () {
        yield "a";
        await stop.promise;
      })(),
    );
    const lines = chat[Symbol.asyncIterator]();
    expect(await lines.next()).toEqual({ done: false, value: "A" });
    const ping = arith.ping();
    // Only one that waits beside a stream that runs leaves no room for it.
    expect(await failureOf(arith.ping())).toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    stop.resolve();
    expect(await lines.next()).toMatchObject({ done: true });
    await ping;
  });

  it("keeps the requests of a stream that waits", async () => {
    const { arith, answer } = await held({ maxConcurrency: 1 });
    const first = arith.slow(1);
    const sum = arith.addUp([1, 2, 3]);
    const ping = arith.ping();
    await answer(1);
    await first;
    expect(await sum).toBe(6n);
    await ping;
  });
});

describe("a call that waits for its turn", () => {
  it("is not run once its time is over, and says so", async () => {
    const { arith, entered, answer } = await held({ maxConcurrency: 1, handleTimeout: 40 });
    const first = failureOf(arith.slow(1));
    const second = await failureOf(arith.slow(2, { timeout: 5_000 }));
    expect(second).toMatchObject({
      code: "DEADLINE_EXCEEDED",
      sent: "no",
      message: matching(
        /: the server's handleTimeout of 40 ms ran out while it waited for its turn \(the server's options maxConcurrency and maxLag\)$/,
      ),
    });
    await first;
    // The first keeps its place until its handler has settled.
    await answer(1);
    await arith.ping();
    expect(entered).toEqual([1]);
  });

  it("leaves its place when it is cancelled", async () => {
    const { arith, entered, answer } = await held({ maxConcurrency: 1, maxQueue: 1 });
    const first = arith.slow(1);
    const abort = new AbortController();
    const gone = failureOf(arith.slow(2, { signal: abort.signal }));
    expect(await failureOf(arith.slow(3))).toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    abort.abort();
    expect(await gone).toMatchObject({ code: "CANCELLED" });
    const next = arith.slow(4);
    expect(await failureOf(arith.slow(5))).toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    await answer(1);
    await answer(4);
    expect(await Promise.all([first, next])).toEqual(["slow 1", "slow 4"]);
    expect(entered).toEqual([1, 4]);
  });

  it("was accepted: a server that closes still answers it", async () => {
    const { arith, server, entered, answer } = await held({ maxConcurrency: 2 });
    const calls = Array.from({ length: 6 }, (_, i) => arith.slow(i));
    await until(() => entered.length === 2);
    const closed = server.close();
    for (let i = 0; i < 6; i++) await answer(i);
    expect(await Promise.all(calls)).toEqual([0, 1, 2, 3, 4, 5].map((i) => `slow ${i}`));
    await closed;
    expect(entered).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("is not run by a server whose drain has run out", async () => {
    const { arith, server, entered, answer } = await held({ maxConcurrency: 1 });
    const first = failureOf(arith.slow(1));
    const second = failureOf(arith.slow(2));
    await until(() => entered.length === 1);
    await server.close({ drain: 20 });
    expect(await first).toMatchObject({ code: "UNAVAILABLE" });
    expect(await second).toMatchObject({ code: "UNAVAILABLE" });
    await answer(1);
    await new Promise(setImmediate);
    expect(entered).toEqual([1]);
  });
});

describe("a server whose event loop lags", () => {
  /** Calls again and again, many at a time, until told to stop. */
  async function flood(
    arith: ArithClient,
    going: () => boolean,
    onEnd: (error?: RpcError) => void,
  ): Promise<void> {
    const worker = async (): Promise<void> => {
      while (going()) {
        const error = await arith.negate(1).then(
          () => undefined,
          (reason: unknown) => reason as RpcError,
        );
        onEnd(error);
        // Else calls that are shed at once would leave the loop no time.
        if (error !== undefined) await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    await Promise.all(Array.from({ length: 100 }, worker));
  }

  it("sheds synchronous calls until it does not, and answers the others", async () => {
    const { arith } = await start({
      server: { maxLag: 5 },
      handlers: {
        negate(value) {
          const end = performance.now() + 1;
          while (performance.now() < end);
          return -value;
        },
      },
    });
    const shed: RpcError[] = [];
    let answeredSince = 0;
    await flood(
      arith,
      () => shed.length < 20 || answeredSince < 20,
      (error) => {
        if (error !== undefined) shed.push(error);
        else if (shed.length > 0) answeredSince++;
      },
    );
    for (const error of shed) {
      expect(error).toMatchObject({
        code: "RESOURCE_EXHAUSTED",
        sent: "no",
        message: matching(/the server is overloaded: it takes \d+ calls in 100 ms now.*\(option maxLag\)/),
      });
      expect(error.retryAfter).toBeGreaterThanOrEqual(10);
      expect(error.retryAfter).toBeLessThanOrEqual(200);
    }
    // The limit goes when it is not reached any more.
    await until(() =>
      arith.ping().then(
        () => true,
        () => false,
      ),
    );
  });

  it("tells balancers how busy it is", async () => {
    const { server } = startServer({ server: { maxLag: 10_000 } });
    const address = await server.listen("tcp://127.0.0.1:0");
    const loads: (number | undefined)[] = [];
    const watching: Balancer = {
      name: "watching",
      picker: () => ({
        pick(candidates) {
          loads.push(candidates[0]?.load);
          return 0;
        },
      }),
    };
    const channel = await connect(staticResolver([address]), { balancer: watching });
    onTestFinished(() => channel.close());
    const arith = new ArithClient(channel);
    await arith.ping();
    expect(loads).toEqual([undefined]);
    await until(async () => {
      await arith.ping();
      return loads.at(-1) !== undefined;
    });
    expect(loads.at(-1)).toBeGreaterThanOrEqual(0);
    expect(loads.at(-1)).toBeLessThanOrEqual(1);
  });
});

it.each([
  [{ maxConcurrency: 0 }, "maxConcurrency is 0: it takes an integer from 1, or Infinity for none"],
  [{ maxConcurrency: 1.5 }, "maxConcurrency is 1.5"],
  [{ maxQueue: -1 }, "maxQueue is -1: it takes an integer from 0, or Infinity for none"],
  [{ maxQueue: Number.NaN }, "maxQueue is NaN"],
  [{ maxLag: 0 }, "maxLag is 0: it takes milliseconds above 0, or Infinity for none"],
])("a server with %o is refused", (server, message) => {
  expect(() => startServer({ server })).toThrow(message);
});
