import type { CallContext, ClientInterceptor, ServerInterceptor } from "@gorpc/runtime";
import { RpcError } from "@gorpc/runtime";
import { expect, it } from "vitest";
import { deferred, failureOf, until } from "../waiting.ts";
import type { Setup, World } from "../world.ts";

/** How calls run beside each other, through interceptors, and how they end early. */
export function calls(start: (setup?: Setup) => Promise<World>): void {
  it("answers thousands of calls at once, out of order", async () => {
    const count = 3_000;
    const waiting: { value: number; answer: (value: number) => void }[] = [];
    const { arith } = await start({
      handlers: {
        negate: (value) =>
          new Promise((resolve) => {
            waiting.push({ value, answer: resolve });
            if (waiting.length < count) return;
            // Every seventh first: neither first in, first out nor the reverse.
            const order = waiting.map((_, i) => waiting[(i * 7) % count]!);
            for (const { value: given, answer } of order) answer(-given);
          }),
      },
    });
    const settled: number[] = [];
    const answers = await Promise.all(
      Array.from({ length: count }, async (_, i) => {
        const answer = await arith.negate(i + 1);
        settled.push(i);
        return answer;
      }),
    );
    expect(answers).toEqual(Array.from({ length: count }, (_, i) => -(i + 1)));
    expect(settled.slice(0, 3)).toEqual([0, 7, 14]);
  });

  it("passes through interceptors on both sides, the first one outermost", async () => {
    const order: string[] = [];
    const client = (name: string): ClientInterceptor => ({
      unary: (next) => async (call) => {
        order.push(`${name} before`);
        const answer = (await next({
          ...call,
          options: { ...call.options, metadata: { by: name } },
        })) as number;
        order.push(`${name} after`);
        return answer + 1;
      },
    });
    const server = (name: string): ServerInterceptor => ({
      unary: (next) => async (request, context) => {
        order.push(`${name} before`);
        const answer = (await next(request, context)) as number;
        order.push(`${name} after ${String(context.metadata.get("by"))}`);
        return answer * 2;
      },
    });
    const { arith } = await start({
      channel: { interceptors: [client("c1"), client("c2")] },
      server: { interceptors: [server("s1"), server("s2")] },
    });
    expect(await arith.sum({ left: 2, right: 3 })).toBe(5 * 2 * 2 + 1 + 1);
    expect(order).toEqual([
      ...["c1 before", "c2 before", "s1 before", "s2 before"],
      ...["s2 after c2", "s1 after c2", "c2 after", "c1 after"],
    ]);
  });

  it("lets an interceptor answer by itself, refuse, and see errors", async () => {
    const seen: unknown[] = [];
    const { arith } = await start({
      channel: {
        interceptors: [
          {
            unary: (next) => (call) =>
              call.method.localName === "negate" ? Promise.resolve(42) : next(call),
          },
          {
            unary: (next) => (call) =>
              next(call).catch((error: unknown) => {
                seen.push((error as RpcError).code);
                throw error;
              }),
          },
        ],
      },
      server: {
        interceptors: [
          {
            unary: (next) => (request, context) => {
              if (context.metadata.get("token") === undefined) throw new RpcError("UNAUTHENTICATED", "who?");
              return next(request, context);
            },
          },
        ],
      },
    });
    expect(await arith.negate(1)).toBe(42);
    expect((await failureOf(arith.ping())).code).toBe("UNAUTHENTICATED");
    await arith.ping({ metadata: { token: "t" } });
    expect(seen).toEqual(["UNAUTHENTICATED"]);
  });

  it("cancels a call on both sides", async () => {
    const entered = deferred<CallContext>();
    const { arith, log } = await start({
      handlers: {
        slow: (_takes, context) => {
          entered.resolve(context);
          return new Promise(() => {});
        },
      },
    });
    const abort = new AbortController();
    const call = failureOf(arith.slow(0, { signal: abort.signal }));
    const { signal } = await entered.promise;
    expect(signal.aborted).toBe(false);
    abort.abort(new Error("enough"));
    expect(await call).toMatchObject({ code: "CANCELLED", sent: "maybe", cause: { message: "enough" } });
    await until(() => signal.aborted);
    expect(signal.reason).toMatchObject({ code: "CANCELLED" });
    expect(await arith.sum({ left: 1, right: 1 })).toBe(2);
    expect(log).toEqual([]);
  });

  it("does not send a call whose signal has fired already", async () => {
    let entered = false;
    const { arith } = await start({ handlers: { ping: () => void (entered = true) } });
    const error = await failureOf(arith.ping({ signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ code: "CANCELLED", sent: "no" });
    await arith.sum({ left: 1, right: 1 });
    expect(entered).toBe(false);
  });

  it("ends a call at its timeout on both sides, with the handler told why", async () => {
    const entered = deferred<CallContext>();
    const { arith, log } = await start({
      handlers: {
        slow: (takes, context) => {
          entered.resolve(context);
          return new Promise(() => void takes);
        },
      },
    });
    const call = failureOf(arith.slow(0, { timeout: 200 }));
    const context = await entered.promise;
    const remaining = context.timeRemaining();
    expect(remaining).toBeGreaterThan(0);
    expect(remaining).toBeLessThanOrEqual(200);
    const error = await call;
    expect(error).toMatchObject({ code: "DEADLINE_EXCEEDED", sent: "maybe" });
    expect(error.message).toMatch(
      /^\/test\.arith\.v1\.Arith\/Slow at .+: the call's timeout of 200 ms ran out after \d+ ms while waiting for the answer$/,
    );
    await until(() => context.signal.aborted);
    expect(context.timeRemaining()).toBeLessThan(remaining);
    expect(context.signal.reason).toBeInstanceOf(RpcError);
    expect(log).toEqual([]);
  });
}
