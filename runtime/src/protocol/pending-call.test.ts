import { describe, expect, it } from "vitest";
import type { CallOptions } from "../call-options.ts";
import { ClientChannel } from "../client/client-channel.ts";
import { unsupportedStream } from "../client/unsupported-stream.ts";
import { now } from "../clock.ts";
import { nothing } from "../codec/wrapper.ts";
import type { RpcError } from "../errors.ts";
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
        stream: (method) => unsupportedStream(method, "nowhere"),
        close: async () => {},
      },
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
