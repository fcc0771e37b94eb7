import { afterEach, beforeEach, describe, expect, it, test, vi } from "vitest";
import { boundAttempt, type CallOptions, type FailMode } from "../../call-options.ts";
import { RpcError } from "../../errors.ts";
import { Metadata } from "../../metadata.ts";
import { type FailModeOption, FailModes } from "./fail-modes.ts";
import { HedgeChannel } from "./hedge.ts";
import { resolveHedge } from "./hedge-options.ts";
import { RetryChannel } from "./retry.ts";
import type { RetryOptions } from "./retry-options.ts";
import {
  answer,
  endFakeTime,
  fail,
  failure,
  follow,
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
  readonly channel: RetryChannel;
  readonly call: (method: Text, options?: CallOptions) => Promise<string | RpcError>;
}

function channelOf(
  steps: readonly Step[],
  { retry = {}, failMode }: { retry?: RetryOptions; failMode?: FailModeOption } = {},
): Setup {
  const inner = new ScriptedChannel(...steps);
  const rules = rulesOf(retry, 1, failMode);
  const hedged = new HedgeChannel(inner, resolveHedge({ after: 20 }), rules);
  const channel = new RetryChannel(inner, hedged, "failOver", rules);
  return { inner, channel, call: (...call) => outcome(channel.unary(call[0], "x", call[1])) };
}

/** The outcome of a call, with whatever time it takes. */
async function outcome(call: Promise<string>): Promise<string | RpcError> {
  const settled = call.catch((error: unknown) => error as RpcError);
  await vi.runAllTimersAsync();
  return settled;
}

const unsent = fail("UNAVAILABLE", "no");
const lost = fail("UNAVAILABLE", "maybe");

describe("failFast", () => {
  it.each([
    ["unsent", unsent],
    ["that may have been run", lost],
  ])("fails with the first failure: a call %s", async (_name, step) => {
    const { call, inner } = channelOf([step]);
    expect(await call(get, { failMode: "failFast" })).toMatchObject({
      code: "UNAVAILABLE",
      attempts: undefined,
    });
    expect(inner.attempts).toHaveLength(1);
  });

  it("has one endpoint, and does not move on", async () => {
    const { call, inner } = channelOf([answer("a")]);
    expect(await call(get, { failMode: "failFast", timeout: 50 })).toBe("a");
    expect(inner.attempts[0]).toMatchObject({ timeout: 50, attempt: { stays: true, endpoint: undefined } });
  });

  it("tells its trailers", async () => {
    const trailers = Metadata.from({ a: "1" });
    const onTrailers = vi.fn();
    await channelOf([answer("a", trailers)]).call(get, { failMode: "failFast", onTrailers });
    expect(onTrailers).toHaveBeenCalledExactlyOnceWith(trailers);
  });
});

describe("failOver", () => {
  it("makes the call again where it has not been", async () => {
    const { call, inner } = channelOf([lost, answer("b")], { failMode: "failFast" });
    expect(await call(get, { failMode: "failOver" })).toBe("b");
    expect(inner.attempts[1]?.attempt).toMatchObject({ stays: false, avoid: new Set(["tcp://a"]) });
  });
});

describe("failTry", () => {
  it("makes the call again at the same endpoint", async () => {
    const { call, inner } = channelOf([
      (step) => {
        step.options.attempt!.endpoint = "a";
        return unsent(step);
      },
      lost,
      answer("a"),
    ]);
    expect(await call(get, { failMode: "failTry" })).toBe("a");
    const attempts = inner.attempts.map((options) => options!.attempt!);
    expect(attempts.map(({ stays }) => stays)).toEqual([true, true, true]);
    expect(attempts.map(({ endpoint }) => endpoint)).toEqual(["a", "a", "a"]);
    expect(attempts[2]!.avoid.size).toBe(0);
  });

  it("goes on where its first attempt found no endpoint", async () => {
    const { call, inner } = channelOf([unsent, answer("a")]);
    expect(await call(put, { failMode: "failTry" })).toBe("a");
    expect(inner.attempts[1]?.attempt).toMatchObject({ stays: true, endpoint: undefined });
  });
});

describe("failBackup", () => {
  it("makes a late call a second time, elsewhere", async () => {
    const { call, inner } = channelOf([hang, answer("b")]);
    expect(await call(get, { failMode: "failBackup" })).toBe("b");
    expect(inner.attempts[1]?.attempt).toMatchObject({ stays: false, avoid: new Set(["tcp://a"]) });
  });

  it("fails over, too", async () => {
    const { call } = channelOf([lost, answer("b")]);
    expect(await call(get, { failMode: "failBackup" })).toBe("b");
  });
});

describe("a call that may have been run, of a method that is not idempotent", () => {
  it.each(["failFast", "failOver", "failTry", "failBackup"] satisfies FailMode[])(
    "is made once: %s",
    async (failMode) => {
      const { call, inner } = channelOf([lost]);
      expect(await call(put, { failMode })).toMatchObject({ code: "UNAVAILABLE", sent: "maybe" });
      expect(inner.attempts).toHaveLength(1);
    },
  );

  it("is not hedged", async () => {
    const late: Step = async () => {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return "late";
    };
    const { call, inner } = channelOf([late]);
    expect(await call(put, { failMode: "failBackup" })).toBe("late");
    expect(inner.attempts).toHaveLength(1);
  });
});

describe("what says it", () => {
  it("is the channel's option", async () => {
    const { call } = channelOf([unsent], { failMode: "failFast" });
    expect(await call(get)).toBeInstanceOf(RpcError);
  });

  it("is a function of the method, and the call before it", async () => {
    const failMode: FailModeOption = ({ idempotent }) => (idempotent ? undefined : "failFast");
    const { call, inner } = channelOf([unsent, unsent, answer("c"), unsent, answer("e")], { failMode });
    expect(await call(put)).toBeInstanceOf(RpcError);
    expect(await call(get)).toBe("c");
    expect(await call(put, { failMode: "failOver" })).toBe("e");
    expect(inner.attempts).toHaveLength(5);
  });

  it("is `retry: false` in any mode", async () => {
    for (const failMode of ["failOver", "failTry", "failBackup"] as const) {
      const { call } = channelOf([unsent], { retry: { attempts: 1 } });
      expect(await call(put, { failMode })).toBeInstanceOf(RpcError);
    }
  });

  it("fails the call where it is no mode", async () => {
    const { call, channel } = channelOf([]);
    const failMode = "failOften" as FailMode;
    const text = 'failMode takes "failFast", "failOver", "failTry" or "failBackup", not "failOften"';
    expect(await call(get, { failMode })).toEqual(new TypeError(text));
    await expect(channel.stream(list, ["x"], { failMode }).only()).rejects.toThrow(text);
    expect(() => new FailModes(failMode)).toThrow(text);
    const said = channelOf([], { failMode: () => "constructor" as FailMode });
    expect(await said.call(get)).toBeInstanceOf(TypeError);
  });

  it("costs a call nothing where nothing is said", async () => {
    const { call, inner } = channelOf([answer("a")]);
    const options = { timeout: 7 };
    await call(get, options);
    expect(inner.attempts[0]).toBe(options);
  });
});

test("a call that is bound to an endpoint stays there, whatever the channel's mode", async () => {
  const attempt = boundAttempt(0, { endpoint: "b", address: "tcp://b" });
  for (const failMode of ["failOver", "failBackup", undefined] as const) {
    const { call, inner } = channelOf([lost, answer("b")], failMode === undefined ? {} : { failMode });
    expect(await call(get, { attempt })).toBe("b");
    expect(inner.attempts[1]?.attempt).toMatchObject({ stays: true, endpoint: "b" });
  }
  const { call } = channelOf([lost], { failMode: "failFast" });
  expect(await call(get, { attempt })).toBeInstanceOf(RpcError);
});

describe("streams", () => {
  const failing: Step = () =>
    (async function* (): AsyncGenerator<string> {
      yield* [];
      throw failure("UNAVAILABLE", "no");
    })();
  const read = (channel: RetryChannel, failMode: FailMode): Promise<string | RpcError> =>
    outcome(channel.stream(follow, ["x"], { failMode }).only());

  it("are made again before their first answer, at the same endpoint or elsewhere, or fail at once", async () => {
    const modes = ["failFast", "failOver", "failTry", "failBackup"] as const;
    const ends = modes.map(async (failMode) => {
      const { channel, inner } = channelOf([failing, answer("b")]);
      const end = await read(channel, failMode);
      return [end instanceof RpcError ? end.code : end, inner.attempts.map((o) => o?.attempt?.stays)];
    });
    expect(await Promise.all(ends)).toEqual([
      ["UNAVAILABLE", [true]],
      ["b", [false, false]],
      ["b", [true, true]],
      ["b", [false, false]],
    ]);
  });

  it("are refused once the channel closes", async () => {
    const { channel } = channelOf([]);
    await channel.close();
    expect(await read(channel, "failFast")).toMatchObject({ code: "UNAVAILABLE", sent: "no" });
  });
});
