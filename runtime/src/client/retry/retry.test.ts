import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CallOptions } from "../../call-options.ts";
import { RpcError } from "../../errors.ts";
import { Metadata } from "../../metadata.ts";
import { runInside } from "../../propagation.ts";
import type { RetryOptions } from "./retry-options.ts";
import { RetryChannel } from "./retry.ts";
import {
  answer,
  endFakeTime,
  fail,
  failure,
  get,
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
  readonly channel: RetryChannel;
  readonly call: (method: Text, options?: CallOptions) => Promise<string>;
}

function channelOf(steps: readonly Step[], options: RetryOptions = {}, random = 1): Setup {
  const inner = new ScriptedChannel(...steps);
  const channel = new RetryChannel(inner, inner, "failOver", rulesOf(options, random));
  return { inner, channel, call: (method, callOptions) => channel.unary(method, "x", callOptions) };
}

/** The outcome of a call, with whatever time it takes. */
async function outcome(call: Promise<string>): Promise<string | RpcError> {
  const settled = call.catch((error: unknown) => error as RpcError);
  await vi.runAllTimersAsync();
  return settled;
}

const lost = fail("UNAVAILABLE", "maybe");
const unsent = fail("UNAVAILABLE", "no");

describe("a call that succeeds", () => {
  it("is made once, with the caller's own options", async () => {
    const { call, inner } = channelOf([answer("a")]);
    const options = { timeout: 50 };
    expect(await call(get, options)).toBe("a");
    expect(inner.attempts).toEqual([options]);
    expect(inner.attempts[0]).toBe(options);
  });
});

describe("a call that fails", () => {
  it("is made again where its method is idempotent", async () => {
    const { call, inner } = channelOf([lost, lost, answer("c")]);
    expect(await outcome(call(get))).toBe("c");
    expect(inner.attempts).toHaveLength(3);
  });

  it("is made again where it was not sent", async () => {
    expect(await outcome(channelOf([unsent, unsent, answer("c")]).call(put))).toBe("c");
  });

  it("is not made again where it may have been run", async () => {
    const { call, inner } = channelOf([unsent, lost]);
    expect(await outcome(call(put))).toMatchObject({ code: "UNAVAILABLE", sent: "maybe" });
    expect(inner.attempts).toHaveLength(2);
  });

  it("is left alone when no other attempt can help", async () => {
    const error = new RpcError("NOT_FOUND", "no such order", { sent: "yes" });
    const { call, inner } = channelOf([() => Promise.reject(error)]);
    expect(await outcome(call(get))).toBe(error);
    expect(error).toMatchObject({ message: "no such order", attempts: undefined });
    expect(inner.attempts).toHaveLength(1);
  });

  it("with what is no RpcError is left alone", async () => {
    const { call } = channelOf([() => Promise.reject(new RangeError("timeout is 0"))]);
    await expect(call(get)).rejects.toThrow(RangeError);
  });

  it("has as many attempts as there are, and one where they are turned off", async () => {
    for (const attempts of [1, 2, 5]) {
      const { call, inner } = channelOf(Array<Step>(attempts).fill(lost), { attempts });
      expect(await outcome(call(get))).toMatchObject({ code: "UNAVAILABLE" });
      expect(inner.attempts).toHaveLength(attempts);
    }
  });

  it("avoids every endpoint that it has been to", async () => {
    const { call, inner } = channelOf([lost, lost, answer("c")]);
    await outcome(call(get, { metadata: { k: "v" } }));
    expect(inner.attempts[2]).toMatchObject({
      metadata: { k: "v" },
      attempt: { avoid: new Set(["tcp://a", "tcp://b"]) },
    });
  });

  it("pauses before each attempt: doubling, random in full", async () => {
    const { call, inner } = channelOf(
      [lost, lost, lost, answer("d")],
      { attempts: 4, backoff: 100, maxBackoff: 300 },
      0.5,
    );
    const began = performance.now();
    const times: number[] = [];
    const settled = call(get);
    for (let seen = 1; seen < 4;) {
      await vi.advanceTimersByTimeAsync(1);
      if (inner.attempts.length > seen) seen = times.push(performance.now() - began) + 1;
    }
    await settled;
    expect(times).toEqual([50, 150, 300]);
  });
});

describe("a server's wish to be left alone", () => {
  const later = fail("RESOURCE_EXHAUSTED", "no", { retryAfter: 400 });

  it("is granted, however short the backoff", async () => {
    const { call, inner } = channelOf([later, answer("b")], {}, 0);
    const settled = call(put);
    await vi.advanceTimersByTimeAsync(399);
    expect(inner.attempts).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await settled).toBe("b");
  });

  it("that is longer than the call has left ends it at once", async () => {
    const { call, inner } = channelOf([later], {}, 0);
    await expect(call(put, { timeout: 400 })).rejects.toMatchObject({
      code: "RESOURCE_EXHAUSTED",
      retryAfter: 400,
    });
    expect(inner.attempts).toHaveLength(1);
  });
});

describe("the caller's time", () => {
  it("is one for all attempts", async () => {
    const { call, inner } = channelOf([lost, lost, answer("c")], { backoff: 100 });
    const began = performance.now();
    expect(await outcome(call(get, { timeout: 1_000 }))).toBe("c");
    expect(inner.attempts.map((options) => options?.deadline)).toEqual([
      undefined,
      began + 1_000,
      began + 1_000,
    ]);
    expect(inner.attempts[2]?.timeout).toBe(1_000);
  });

  it("is not spent on a pause that would outlast it", async () => {
    const { call, inner } = channelOf([lost, lost], { backoff: 100 });
    await outcome(call(get, { timeout: 300 }));
    expect(inner.attempts).toHaveLength(2);
  });

  it("of an enclosing call counts, also without one of its own", async () => {
    const { call, inner } = channelOf([lost], { backoff: 100 });
    const { signal } = new AbortController();
    const deadline = performance.now() + 50;
    const settled = runInside({ deadline, signal }, () => call(get, { timeout: Infinity }));
    expect(await outcome(settled)).toMatchObject({ code: "UNAVAILABLE" });
    expect(inner.attempts).toHaveLength(1);
  });

  it("may be endless", async () => {
    const { call, inner } = channelOf([fail("UNAVAILABLE", "no", { retryAfter: 1e9 }), answer("b")]);
    expect(await outcome(call(put, { timeout: Infinity }))).toBe("b");
    expect(inner.attempts[1]?.deadline).toBeUndefined();
  });
});

describe("a caller that gives up during a pause", () => {
  it("hears so at once, and of the attempts", async () => {
    const { call, inner } = channelOf([lost]);
    const controller = new AbortController();
    const settled = call(get, { signal: controller.signal }).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(10);
    controller.abort(new Error("enough"));
    expect(await settled).toMatchObject({
      code: "CANCELLED",
      sent: "maybe",
      cause: new Error("enough"),
      message:
        "/t.S/Get at orders: cancelled by its signal (failed attempts: tcp://a after 0 ms: UNAVAILABLE gone)",
    });
    expect(inner.attempts).toHaveLength(1);
  });

  it("may be the enclosing call", async () => {
    const { call } = channelOf([unsent]);
    const controller = new AbortController();
    const settled = runInside({ deadline: Infinity, signal: controller.signal }, () => call(put)).catch(
      (error: unknown) => error,
    );
    await vi.advanceTimersByTimeAsync(10);
    controller.abort();
    expect(await settled).toMatchObject({ code: "CANCELLED", sent: "no" });
  });
});

describe("the final error", () => {
  it("lists the attempts: where, when, why", async () => {
    const { call } = channelOf([
      lost,
      fail("RESOURCE_EXHAUSTED", "no", { retryAfter: 30 }),
      fail("NOT_FOUND", "yes"),
    ]);
    const error = (await outcome(call(get))) as RpcError;
    const attempts = [
      { address: "tcp://a", ms: 0, code: "UNAVAILABLE", message: "gone" },
      { address: "tcp://b", ms: 50, code: "RESOURCE_EXHAUSTED", message: "gone" },
      { address: "tcp://c", ms: 180, code: "NOT_FOUND", message: "gone" },
    ];
    expect(error).toMatchObject({ code: "NOT_FOUND", rawMessage: "gone", attempts });
    expect(error.message).toBe(
      "/t.S/Get at x: gone (failed attempts: tcp://a after 0 ms: UNAVAILABLE gone; " +
        "tcp://b after 50 ms: RESOURCE_EXHAUSTED gone; tcp://c after 180 ms: NOT_FOUND gone)",
    );
  });

  it("says of all attempts whether they can have been run", async () => {
    const { call } = channelOf([fail("UNAVAILABLE", "yes"), lost, unsent]);
    expect(await outcome(call(get))).toMatchObject({ sent: "yes" });
  });

  it("is the only attempt's as it was, where the budget has no other", async () => {
    const { call } = channelOf([lost], { budgetPerSecond: 0 });
    expect(await outcome(call(get))).toMatchObject({
      message: "/t.S/Get at x: gone",
      attempts: undefined,
      sent: "maybe",
    });
  });
});

describe("the budget", () => {
  it("is the channel's: what its calls have used up, no other has", async () => {
    const steps = Array<Step>(400).fill(lost);
    const { channel, inner } = channelOf(steps, { budgetPerSecond: 2 });
    const calls = Array.from({ length: 100 }, () => outcome(channel.unary(get, "x")));
    await Promise.all(calls);
    // 2 per second over 10 s, and 20 % of 100 calls.
    expect(inner.attempts).toHaveLength(100 + 20 + 20);
  });
});

describe("trailers", () => {
  const trailers = (text: string): Metadata => Metadata.from({ from: text });

  it("come once, from the answer that counts", async () => {
    const onTrailers = vi.fn();
    const { call } = channelOf([
      fail("UNAVAILABLE", "maybe", { metadata: trailers("a") }),
      answer("b", trailers("b")),
    ]);
    expect(await outcome(call(get, { onTrailers }))).toBe("b");
    expect(onTrailers).toHaveBeenCalledExactlyOnceWith(trailers("b"));
  });

  it("come from the last failure, or not at all where it has none", async () => {
    const [some, none] = [vi.fn(), vi.fn()];
    const metadata = trailers("b");
    await outcome(channelOf([lost, fail("NOT_FOUND", "yes", { metadata })]).call(get, { onTrailers: some }));
    expect(some).toHaveBeenCalledExactlyOnceWith(metadata);
    const first = fail("UNAVAILABLE", "maybe", { metadata });
    await outcome(channelOf([first, answer("b")]).call(get, { onTrailers: none }));
    expect(none).not.toHaveBeenCalled();
  });

  it("whose listener throws fail the call", async () => {
    const cause = new Error("a bug");
    const onTrailers = (): never => {
      throw cause;
    };
    const { call } = channelOf([answer("a", trailers("a"))]);
    expect(await outcome(call(get, { onTrailers }))).toMatchObject({
      code: "INTERNAL",
      message: "/t.S/Get at orders: the caller's onTrailers threw",
      sent: "yes",
      cause,
    });
  });
});

describe("closing", () => {
  it("waits for calls between attempts, which have one more, and takes no others", async () => {
    const { call, channel, inner } = channelOf([lost, answer("b")]);
    const settled = call(get);
    await vi.advanceTimersByTimeAsync(10);
    const closing = channel.close();
    expect(channel.close()).toBe(closing);
    await expect(call(get)).rejects.toMatchObject({
      message: "/t.S/Get at orders: the channel is closed",
      sent: "no",
    });
    expect(inner.closed).toBe(false);
    expect(await outcome(settled)).toBe("b");
    await closing;
    expect(inner.closed).toBe(true);
  });

  it("leaves it at that one, and waits for it no longer than the channel below does", async () => {
    let break_ = (_error: Error): void => {};
    const { call, channel, inner } = channelOf([lost, () => new Promise((_, reject) => (break_ = reject))]);
    const settled = outcome(call(get));
    await vi.advanceTimersByTimeAsync(10);
    const closing = channel.close();
    await vi.advanceTimersByTimeAsync(40);
    await closing;
    expect(inner.closed).toBe(true);
    break_(failure("UNAVAILABLE", "maybe"));
    expect(await settled).toMatchObject({ code: "UNAVAILABLE", attempts: [{}, {}] });
  });

  it("closes at once where there are none, and then retries nothing", async () => {
    let break_ = (_error: Error): void => {};
    const { call, channel, inner } = channelOf([() => new Promise((_, reject) => (break_ = reject))]);
    const settled = outcome(call(get));
    void channel.close();
    expect(inner.closed).toBe(true);
    break_(new RpcError("UNAVAILABLE", "gone", { sent: "no" }));
    expect(await settled).toMatchObject({ code: "UNAVAILABLE" });
    expect(inner.attempts).toHaveLength(1);
  });
});
