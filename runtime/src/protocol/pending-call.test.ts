import { getEventListeners } from "node:events";
import { describe, expect, it, vi } from "vitest";
import { type CallOptions, newAttempt } from "../call-options.ts";
import { ClientChannel } from "../client/client-channel.ts";
import { now } from "../clock.ts";
import { nothing } from "../codec/wrapper.ts";
import type { RpcError } from "../errors.ts";
import { Metadata } from "../metadata.ts";
import { type EnclosingCall, runInside } from "../propagation.ts";
import { service, type Service, unary, type Unary } from "../schema/service.ts";
import { type CallHolder, PendingCall, resolveDeadline } from "./pending-call.ts";

interface Methods {
  readonly [name: string]: Unary<undefined, undefined>;
  readonly plain: Unary<undefined, undefined>;
  readonly bounded: Unary<undefined, undefined>;
}

const { methods } = service<object, Methods>("test.Timed", () => ({
  plain: unary(
    "Plain",
    () => nothing,
    () => nothing,
  ),
  bounded: unary(
    "Bounded",
    () => nothing,
    () => nothing,
    { timeout: 20 },
  ),
})) satisfies Service<object, Methods>;

/** Has every call in hand and answers none. */
const holder: CallHolder = {
  target: "nowhere",
  abandon: () => "no",
  waitingFor: () => "waiting for nothing",
};

function call(
  method: Unary<undefined, undefined>,
  options: CallOptions,
  defaultTimeout = 30,
): Promise<undefined> {
  return new Promise((resolve, reject) => {
    new PendingCall(holder, method, undefined, options, defaultTimeout, resolve, reject).begin();
  });
}

function inside(ms: number): EnclosingCall {
  return { deadline: now() + ms, signal: new AbortController().signal };
}

async function textOf(failing: Promise<unknown>): Promise<string> {
  const error = (await failing.catch((reason: unknown) => reason)) as RpcError;
  expect(error.code).toBe("DEADLINE_EXCEEDED");
  return error.rawMessage.replace(/after \d+ ms/, "after N ms");
}

describe("the message of a deadline that ran out", () => {
  it("names the bound that was least", async () => {
    const texts = await Promise.all([
      textOf(call(methods.plain, { timeout: 20 })),
      textOf(call(methods.bounded, {})),
      textOf(call(methods.bounded, { timeout: 10 })),
      textOf(call(methods.plain, {})),
      textOf(runInside(inside(10), () => call(methods.plain, {}))),
      textOf(runInside(inside(1_000), () => call(methods.plain, { timeout: 10 }))),
    ]);
    expect(texts).toEqual([
      "the call's timeout of 20 ms ran out after N ms while waiting for nothing",
      "the method's @timeout of 20 ms ran out after N ms while waiting for nothing",
      "the call's timeout of 10 ms ran out after N ms while waiting for nothing",
      "the channel's default timeout of 30 ms ran out after N ms while waiting for nothing",
      "the deadline inherited from the enclosing call ran out after N ms while waiting for nothing",
      "the call's timeout of 10 ms ran out after N ms while waiting for nothing",
    ]);
  });

  it("names the inherited one also where an interceptor took time before", async () => {
    const channel = new ClientChannel(
      {
        unary: (method, _request, options = {}) =>
          call(method as Unary<undefined, undefined>, options) as Promise<never>,
        stream: () => {
          throw new Error("no stream is called here");
        },
        close: async () => {},
      },
      "memory:test",
      [{ unary: (next) => async (given) => (await Promise.resolve(), next(given)) }],
      30_000,
    );
    const failing = runInside(inside(20), () => channel.unary(methods.plain, undefined));
    expect(await textOf(failing)).toMatch(/^the deadline inherited from the enclosing call ran out/);
    await channel.close();
  });

  it("counts the time that a layer above took", async () => {
    const options: CallOptions = { timeout: 60 };
    const deadline = resolveDeadline(methods.plain, options, 30_000);
    await new Promise((resolve) => setTimeout(resolve, 30));
    const error = (await call(methods.plain, { ...options, deadline }).catch(
      (reason: unknown) => reason,
    )) as RpcError;
    expect(Number(/after (\d+) ms/.exec(error.message)?.[1])).toBeGreaterThanOrEqual(60);
  });
});

describe("a call that cannot begin", () => {
  it("has no time left", async () => {
    expect(await textOf(runInside(inside(-1), () => call(methods.plain, {})))).toMatch(
      /^the deadline inherited/,
    );
  });

  it.each([
    ["a controller", new AbortController(), "[object AbortController]"],
    ["null", null, "[object Null]"],
  ])("has %s for a signal", async (_what, signal, given) => {
    await expect(call(methods.plain, { signal: signal as unknown as AbortSignal })).rejects.toThrow(
      new TypeError(`signal is ${given}: it takes an AbortSignal, such as the signal of an AbortController`),
    );
  });

  it("has a signal that fired before", async () => {
    const signal = AbortSignal.abort("why");
    await expect(call(methods.plain, { signal })).rejects.toMatchObject({
      code: "CANCELLED",
      sent: "no",
      cause: "why",
    });
  });

  it.each([0, -1, Number.NaN])("has a timeout of %d", async (timeout) => {
    await expect(call(methods.plain, { timeout })).rejects.toThrow(RangeError);
  });
});

describe("a call", () => {
  const trailers = new Metadata().append("a", "b");

  /** A call in hand, and what it settles with. */
  function held(options: CallOptions = {}): {
    pending: PendingCall;
    outcome: Promise<unknown>;
    given: string[];
  } {
    const given: string[] = [];
    const spy: CallHolder = {
      target: "there",
      abandon: () => {
        given.push("abandoned");
        return "maybe";
      },
      waitingFor: () => "waiting",
    };
    let pending: PendingCall | undefined;
    const outcome = new Promise<unknown>((resolve, reject) => {
      pending = new PendingCall(spy, methods.plain, undefined, options, 20, resolve, reject);
    }).catch((error: unknown) => error);
    pending!.begin();
    return { pending: pending!, outcome, given };
  }

  it("is settled once, by whatever comes first", async () => {
    const abort = new AbortController();
    const onTrailers = vi.fn();
    const { pending, outcome, given } = held({ signal: abort.signal, onTrailers });
    pending.succeed("first", trailers);
    pending.succeed("second", trailers);
    pending.failWith("ABORTED", "third", { metadata: trailers });
    abort.abort();
    pending.expire();
    expect(await outcome).toBe("first");
    expect(onTrailers).toHaveBeenCalledTimes(1);
    expect(given).toEqual([]);
  });

  it("that was answered waits for nothing any more", async () => {
    const abort = new AbortController();
    const { pending, outcome } = held({ signal: abort.signal });
    expect(getEventListeners(abort.signal, "abort")).toHaveLength(1);
    expect(pending.bucket).toBeDefined();
    pending.succeed("done", undefined);
    await outcome;
    expect(getEventListeners(abort.signal, "abort")).toEqual([]);
    expect(pending.bucket).toBeUndefined();
  });

  it("is given up at its holder where its deadline passes or its signal fires", async () => {
    const expired = held({ timeout: 5 });
    expect(await expired.outcome).toMatchObject({ code: "DEADLINE_EXCEEDED", sent: "maybe" });
    expect(expired.given).toEqual(["abandoned"]);
    const abort = new AbortController();
    const cancelled = held({ signal: abort.signal });
    abort.abort("why");
    expect(await cancelled.outcome).toMatchObject({
      code: "CANCELLED",
      message: "/test.Timed/Plain at there: cancelled by its signal",
      cause: "why",
    });
    expect(cancelled.given).toEqual(["abandoned"]);
  });

  it("settles where onTrailers throws: with what was thrown, or its own error", async () => {
    const onTrailers = (): never => {
      throw new Error("mine");
    };
    const good = held({ onTrailers });
    good.pending.succeed("value", trailers);
    expect(await good.outcome).toMatchObject({ code: "INTERNAL", cause: new Error("mine") });
    const bad = held({ onTrailers });
    expect(() => bad.pending.failWith("ABORTED", "why", { metadata: trailers })).toThrow("mine");
    expect(await bad.outcome).toMatchObject({ code: "ABORTED", rawMessage: "why" });
  });

  it("ends at once where it is an attempt that nobody waits for", async () => {
    const attempt = { ...newAttempt(0, new Set()), isOver: true };
    await expect(call(methods.plain, { attempt })).rejects.toMatchObject({
      code: "CANCELLED",
      sent: "no",
      rawMessage: "another attempt of the call was answered first",
    });
  });
});
