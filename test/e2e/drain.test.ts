import { setTimeout as sleep } from "node:timers/promises";
import type { RpcError } from "@gorpc/runtime";
import { testClock } from "@gorpc/runtime/testing";
import { describe, expect, it } from "vitest";
import type { ArithClient } from "./arith.gorpc.ts";
import { deferred, failureOf, matching, until } from "./waiting.ts";
import { type Route, start } from "./world.ts";

interface Count {
  answered: number;
  unsent: number;
  /** Everything that must not happen. */
  lost: string[];
}

/** Calls again and again, many at a time, and goes on for a while after the server has gone. */
async function neverStop(
  call: (arith: ArithClient) => Promise<unknown>,
  arith: ArithClient,
  gone: Promise<void>,
): Promise<Count> {
  const count: Count = { answered: 0, unsent: 0, lost: [] };
  let going = true;
  void gone.then(() => (going = false));
  const worker = async (): Promise<void> => {
    while (going) {
      try {
        await call(arith);
        count.answered++;
      } catch (error) {
        if ((error as RpcError).sent === "no") count.unsent++;
        else count.lost.push(String(error));
        // What is refused without the network moves on without it, too.
        await sleep(1);
      }
    }
  };
  await Promise.all(Array.from({ length: 100 }, worker));
  return count;
}

describe.each<Route>(["tcp", "tls", "unix", "memory", "inMemory"])(
  "closing a server whose client never stops (%s)",
  (route) => {
    it.each([
      ["small calls", async (arith: ArithClient, i: number) => expect(await arith.negate(i)).toBe(0 - i)],
      [
        "large calls",

        async (arith: ArithClient) =>
          expect((await arith.blob(new Uint8Array(200_000))).length).toBe(200_000),
      ],
    ])("loses none of its accepted calls: %s", async (_what, call) => {
      let entered = 0;
      let left = 0;
      const pause = async <T>(value: T): Promise<T> => {
        entered++;
        await sleep(Math.random() * 4);
        left++;
        return value;
      };
      const { arith, server } = await start({
        route,
        handlers: { negate: (value) => pause(0 - value), blob: (bytes) => pause(bytes) },
      });
      const gone = deferred();
      let next = 0;
      const counting = neverStop((client) => call(client, next++), arith, gone.promise);
      await until(() => left > 300);
      await server.close({ drain: 10_000 });
      expect(server.connections).toBe(0);
      await sleep(20);
      gone.resolve();
      const { answered, unsent, lost } = await counting;
      expect(lost).toEqual([]);
      expect(answered).toBe(entered);
      expect(unsent).toBeGreaterThan(0);
    });
  },
);

describe("draining", () => {
  it("lets a call that was accepted finish, and takes no other", async () => {
    const entered = deferred();
    const answer = deferred<string>();
    const { arith, server } = await start({
      handlers: {
        slow: () => {
          entered.resolve();
          return answer.promise;
        },
      },
    });
    const call = arith.slow(0);
    await entered.promise;
    let closed = false;
    const closing = server.close().then(() => (closed = true));
    // On its way before the client knows.
    await arith.ping();
    const refused = await failureOf(arith.ping());
    expect(refused).toMatchObject({ code: "UNAVAILABLE", sent: "no" });
    expect(closed).toBe(false);
    answer.resolve("done");
    expect(await call).toBe("done");
    await closing;
  });

  it("answers with a large message to the end", async () => {
    const entered = deferred();
    const answer = deferred<Uint8Array>();
    const { arith, server } = await start({
      handlers: {
        blob: () => {
          entered.resolve();
          return answer.promise;
        },
      },
    });
    const call = arith.blob(new Uint8Array(0));
    await entered.promise;
    const closing = server.close();
    answer.resolve(new Uint8Array(4_000_000));
    expect((await call).length).toBe(4_000_000);
    await closing;
  });

  it("cuts what takes longer than it may, and says so", async () => {
    const aborted = deferred<RpcError>();
    const entered = deferred();
    const { arith, server } = await start({
      handlers: {
        slow: (_takes, { signal }) => {
          signal.addEventListener("abort", () => aborted.resolve(signal.reason as RpcError));
          entered.resolve();
          return new Promise(() => {});
        },
      },
    });
    const call = failureOf(arith.slow(0));
    await entered.promise;
    const began = performance.now();
    await server.close({ drain: 40 });
    expect(performance.now() - began).toBeGreaterThanOrEqual(39);
    expect(await call).toMatchObject({ code: "UNAVAILABLE", sent: "maybe" });
    expect(await aborted.promise).toMatchObject({
      code: "CANCELLED",
      message: matching(/its drain of 40 ms ran out/),
    });
  });

  it("is done at once where nothing runs, however long it may take", async () => {
    const { arith, server, channel } = await start();
    await arith.ping();
    // No timer is needed for it.
    using clock = testClock();
    const began = clock.now();
    await server.close({ drain: Infinity });
    expect(clock.now()).toBe(began);
    await channel.close();
  });

  it("is the same for whoever asks for it again", async () => {
    const { server } = await start();
    await Promise.all([server.close(), server.close({ drain: 1 }), server.close()]);
  });
});
