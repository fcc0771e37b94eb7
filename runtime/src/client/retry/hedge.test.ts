import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CallOptions } from "../../call-options.ts";
import type { RpcError } from "../../errors.ts";
import { Metadata } from "../../metadata.ts";
import { HedgeChannel } from "./hedge.ts";
import { type HedgeOptions, resolveHedge } from "./hedge-options.ts";
import { RetryChannel } from "./retry.ts";
import type { RetryOptions } from "./retry-options.ts";
import {
  answer,
  endFakeTime,
  fail,
  get,
  hang,
  list,
  put,
  rulesOf,
  ScriptedChannel,
  type Step,
  type Text,
  useFakeTime,
} from "./scripted-channel.fixture.ts";

vi.mock("../../clock.ts", () => ({ now: () => performance.now() }));
beforeEach(useFakeTime);
afterEach(endFakeTime);

interface Setup {
  readonly inner: ScriptedChannel;
  readonly channel: HedgeChannel;
  readonly call: (options?: CallOptions, method?: Text) => Promise<string>;
}

function channelOf(
  steps: readonly Step[],
  options: HedgeOptions = { after: 20 },
  retry: RetryOptions = {},
): Setup {
  const inner = new ScriptedChannel(...steps);
  const channel = new HedgeChannel(inner, resolveHedge(options), rulesOf(retry));
  return { inner, channel, call: (callOptions, method = get) => channel.unary(method, "x", callOptions) };
}

const after =
  (ms: number, step: Step): Step =>
  async (call) => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return (await step(call)) as string;
  };
const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const caught = (call: Promise<string>): Promise<RpcError> =>
  call.then(
    () => expect.fail("it succeeded"),
    (error: unknown) => error as RpcError,
  );

/** Which attempts were given up. */
const givenUp = (inner: ScriptedChannel): (boolean | undefined)[] =>
  inner.attempts.map((options) => options?.attempt?.isOver);

describe("a call that is answered in time", () => {
  it("is made once", async () => {
    const { call, inner } = channelOf([answer("a")]);
    expect(await call()).toBe("a");
    await pass(100);
    expect(inner.attempts).toHaveLength(1);
  });
});

describe("a call that is not", () => {
  it("is made again elsewhere, and the first answer ends the other attempt", async () => {
    const { call, inner } = channelOf([hang, answer("b")]);
    const settled = call();
    await pass(19);
    expect(inner.attempts).toHaveLength(1);
    await pass(1);
    expect(await settled).toBe("b");
    expect(inner.attempts[1]?.attempt?.avoid).toEqual(new Set(["tcp://a"]));
    expect(givenUp(inner)).toEqual([true, false]);
  });

  it("may still be answered by its first attempt", async () => {
    const { call, inner } = channelOf([after(25, answer("a")), hang]);
    const settled = call();
    await pass(25);
    expect(await settled).toBe("a");
    expect(givenUp(inner)).toEqual([false, true]);
  });

  it("has as many attempts as there are, at equal distances", async () => {
    const { call, inner } = channelOf([hang, hang, hang], { after: 20, attempts: 3 });
    const controller = new AbortController();
    const settled = caught(call({ signal: controller.signal }));
    await pass(40);
    expect(inner.attempts).toHaveLength(3);
    await pass(100);
    expect(inner.attempts).toHaveLength(3);
    controller.abort();
    await settled;
  });

  it("is left alone where its method is not idempotent", async () => {
    const { call, inner } = channelOf([after(100, answer("a"))]);
    const options = {};
    const settled = call(options, put);
    await pass(100);
    expect(await settled).toBe("a");
    expect(inner.attempts[0]).toBe(options);
  });

  it("is left alone where the budget has nothing", async () => {
    const { call, inner } = channelOf([after(100, answer("a"))], { after: 20 }, { budgetPerSecond: 0 });
    const settled = call();
    await pass(100);
    expect(await settled).toBe("a");
    expect(inner.attempts).toHaveLength(1);
  });

  it("keeps one deadline for all", async () => {
    const { call, inner } = channelOf([hang, answer("b")]);
    const began = performance.now();
    const settled = call({ timeout: 500 });
    await pass(20);
    await settled;
    expect(inner.attempts.map((options) => options?.deadline)).toEqual([began + 500, began + 500]);
  });
});

describe("an attempt that fails", () => {
  it("unsent is followed by the next at once", async () => {
    const { call, inner } = channelOf([fail("UNAVAILABLE", "no"), answer("b")]);
    expect(await call()).toBe("b");
    expect(inner.attempts[1]?.attempt?.avoid).toEqual(new Set(["tcp://a"]));
  });

  it("otherwise waits for the others", async () => {
    const { call } = channelOf([after(30, fail("UNAVAILABLE", "maybe")), after(30, answer("b"))]);
    const settled = call();
    await pass(50);
    expect(await settled).toBe("b");
  });

  it("with an answer that counts ends the call and the others", async () => {
    const { call, inner } = channelOf([hang, fail("NOT_FOUND", "yes")]);
    const settled = caught(call());
    await pass(20);
    expect(await settled).toMatchObject({ code: "NOT_FOUND", attempts: undefined });
    expect(givenUp(inner)).toEqual([true, false]);
  });

  it("unsent does not hide that the other may have been run", async () => {
    const { call } = channelOf([hang, fail("ABORTED", "no")]);
    const settled = caught(call());
    await pass(20);
    expect(await settled).toMatchObject({ code: "ABORTED", sent: "maybe" });
  });

  it("with a wish to be left alone has no successor", async () => {
    const later = fail("RESOURCE_EXHAUSTED", "no", { retryAfter: 50 });
    const { call, inner } = channelOf([later]);
    expect(await caught(call())).toMatchObject({ code: "RESOURCE_EXHAUSTED", retryAfter: 50 });
    await pass(100);
    expect(inner.attempts).toHaveLength(1);
  });

  it("as the last lists them all", async () => {
    const { call } = channelOf([after(30, fail("UNAVAILABLE", "maybe")), fail("UNAVAILABLE", "no")]);
    const settled = caught(call());
    await pass(30);
    expect(await settled).toMatchObject({
      sent: "maybe",
      attempts: [
        { address: "tcp://b", ms: 20 },
        { address: "tcp://a", ms: 30 },
      ],
    });
  });

  it("with what is no RpcError ends the call", async () => {
    const { call } = channelOf([() => Promise.reject(new RangeError("a bug"))]);
    await expect(call()).rejects.toThrow(RangeError);
  });
});

describe("the caller's signal", () => {
  it("ends every attempt", async () => {
    const { call, inner } = channelOf([hang, hang]);
    const controller = new AbortController();
    const settled = caught(call({ signal: controller.signal }));
    await pass(20);
    const reason = new Error("enough");
    controller.abort(reason);
    expect(await settled).toMatchObject({ code: "CANCELLED", cause: reason });
    expect(inner.attempts.map((options) => options?.signal)).toEqual([controller.signal, controller.signal]);
  });
});

describe("trailers", () => {
  it("come once, from the answer that counts", async () => {
    const onTrailers = vi.fn();
    const [slow, quick] = [Metadata.from({ from: "a" }), Metadata.from({ from: "b" })];
    const { call } = channelOf([fail("UNAVAILABLE", "no", { metadata: slow }), answer("b", quick)]);
    expect(await call({ onTrailers })).toBe("b");
    expect(onTrailers).toHaveBeenCalledExactlyOnceWith(quick);
  });

  it("whose listener throws fail the call", async () => {
    const cause = new Error("a bug");
    const { call } = channelOf([answer("a", Metadata.from({ from: "a" }))]);
    const onTrailers = (): never => {
      throw cause;
    };
    expect(await caught(call({ onTrailers }))).toMatchObject({ code: "INTERNAL", cause });
  });
});

describe("a quantile for a delay", () => {
  it("hedges nothing before it is known, then what is slower", async () => {
    const known = Array<Step>(20).fill(after(10, answer("a")));
    const { call, inner } = channelOf([...known, hang, answer("b")], { after: "p90" });
    for (let i = 0; i < 20; i++) {
      const settled = call();
      await pass(10);
      expect(await settled).toBe("a");
    }
    const settled = call();
    await pass(9);
    expect(inner.attempts).toHaveLength(21);
    await pass(3);
    expect(await settled).toBe("b");
  });

  it("is each method's own", async () => {
    const known = Array<Step>(20).fill(after(10, answer("a")));
    const { call, channel, inner } = channelOf([...known, after(100, answer("b"))], { after: "p90" });
    for (let i = 0; i < 20; i++) {
      const settled = call();
      await pass(10);
      await settled;
    }
    const other = channel.unary({ ...get, name: "Other" }, "x");
    await pass(100);
    expect(await other).toBe("b");
    expect(inner.attempts).toHaveLength(21);
  });
});

describe("under retries", () => {
  it("each attempt is hedged, and the final error lists all", async () => {
    const rules = rulesOf({ attempts: 2, backoff: 100 });
    const unsent = fail("UNAVAILABLE", "no");
    const inner = new ScriptedChannel(unsent, unsent, unsent, unsent);
    const hedged = new HedgeChannel(inner, resolveHedge({ after: 20 }), rules);
    const channel = new RetryChannel(inner, hedged, "failBackup", rules);
    const settled = caught(channel.unary(get, "x"));
    await pass(100);
    const { attempts, message } = await settled;
    expect(attempts?.map(({ address, ms }) => `${address} ${ms}`)).toEqual([
      "tcp://a 0",
      "tcp://b 0",
      "tcp://c 100",
      "tcp://d 100",
    ]);
    expect(message.match(/failed attempts/g)).toHaveLength(1);
    expect(inner.attempts[2]?.attempt?.avoid).toEqual(new Set(["tcp://a", "tcp://b"]));
  });
});

describe("what else a channel does", () => {
  it("passes through", async () => {
    const { channel, inner } = channelOf([answer("a")]);
    expect(await channel.stream(list, ["x"]).only()).toBe("a");
    await channel.close();
    expect(inner.closed).toBe(true);
  });
});
