import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CallOptions } from "../../call-options.ts";
import type { RpcError } from "../../errors.ts";
import { Metadata } from "../../metadata.ts";
import { runInside } from "../../propagation.ts";
import type { ResponseStream } from "../channel.ts";
import { RetryChannel } from "./retry.ts";
import type { RetryOptions } from "./retry-options.ts";
import {
  answer,
  endFakeTime,
  fail,
  failure,
  follow,
  list,
  rulesOf,
  ScriptedChannel,
  type Step,
  upload,
  useFakeTime,
} from "./scripted-channel.fixture.ts";

vi.mock("../../clock.ts", () => ({ now: () => performance.now() }));
beforeEach(useFakeTime);
afterEach(endFakeTime);

function channelOf(
  steps: readonly Step[],
  options: RetryOptions = {},
): { readonly channel: RetryChannel; readonly inner: ScriptedChannel } {
  const inner = new ScriptedChannel(...steps);
  return { inner, channel: new RetryChannel(inner, inner, "failOver", rulesOf(options)) };
}

/** Answers, then fails where it is given how. */
const answers =
  (values: readonly string[], error?: RpcError, trailers?: Metadata): Step =>
  ({ options }) =>
    (async function* () {
      if (trailers !== undefined) options.onTrailers?.(trailers);
      yield* values;
      if (error !== undefined) throw error;
    })();

const lost = (): Step => answers([], failure("UNAVAILABLE", "maybe"));
const unsent = (): Step => answers([], failure("UNAVAILABLE", "no"));

/** What is read of a stream, and how it ended. */
async function read(
  stream: ResponseStream<string>,
): Promise<{ readonly values: string[]; readonly error: unknown }> {
  const values: string[] = [];
  const reading = (async () => {
    try {
      for await (const value of stream) values.push(value);
      return { values, error: undefined };
    } catch (error) {
      return { values, error };
    }
  })();
  await vi.runAllTimersAsync();
  return reading;
}

describe("a stream from the server", () => {
  it("is made again, elsewhere, until its first answer", async () => {
    const { channel, inner } = channelOf([lost(), unsent(), answers(["1", "2"])]);
    const stream = channel.stream(list, ["x"]);
    expect(inner.attempts).toEqual([]);
    expect(await read(stream)).toEqual({ values: ["1", "2"], error: undefined });
    expect(inner.attempts.map((options) => options?.attempt?.avoid.size)).toEqual([0, 2, 2]);
    expect(inner.attempts[2]?.attempt?.avoid).toEqual(new Set(["tcp://a", "tcp://b"]));
  });

  it("is not made again after it", async () => {
    const error = failure("UNAVAILABLE", "maybe");
    const { channel, inner } = channelOf([answers(["1"], error)]);
    expect(await read(channel.stream(list, ["x"]))).toEqual({ values: ["1"], error });
    expect(error.attempts).toBeUndefined();
    expect(inner.attempts).toHaveLength(1);
  });

  it("without an answer is one that succeeded", async () => {
    const { channel, inner } = channelOf([answers([])]);
    expect(await read(channel.stream(list, ["x"]))).toEqual({ values: [], error: undefined });
    expect(inner.attempts).toHaveLength(1);
  });

  it("of a method that is not idempotent is made again where it was not sent", async () => {
    const { channel, inner } = channelOf([unsent(), lost()]);
    const { error } = await read(channel.stream(follow, ["x"]));
    expect(error).toMatchObject({ code: "UNAVAILABLE", sent: "maybe", attempts: [{}, {}] });
    expect(inner.attempts).toHaveLength(2);
  });

  it("fails with the list of its attempts", async () => {
    const { channel } = channelOf([lost(), lost(), lost()]);
    const { error } = await read(channel.stream(list, ["x"]));
    expect((error as RpcError).attempts?.map(({ address, ms }) => `${address} ${ms}`)).toEqual([
      "tcp://a 0",
      "tcp://b 50",
      "tcp://c 150",
    ]);
  });

  it("may be asked for more before its first answer is there", async () => {
    const { channel } = channelOf([lost(), answers(["1", "2"])]);
    const iterator = channel.stream(list, ["x"])[Symbol.asyncIterator]();
    const asked = [iterator.next(), iterator.next(), iterator.next()];
    await vi.runAllTimersAsync();
    expect((await Promise.all(asked)).map(({ value }) => value as unknown)).toEqual(["1", "2", undefined]);
  });

  it("has nothing more after it failed", async () => {
    const { channel } = channelOf([answers([], failure("NOT_FOUND", "yes"))]);
    const iterator = channel.stream(list, ["x"])[Symbol.asyncIterator]();
    const asked = [iterator.next(), iterator.next()];
    const [first, second] = await Promise.allSettled(asked);
    expect(first).toMatchObject({ status: "rejected", reason: { code: "NOT_FOUND" } });
    expect(second).toMatchObject({ status: "fulfilled", value: { done: true } });
    expect(await iterator.next()).toMatchObject({ done: true });
  });
});

describe("a consumer that stops", () => {
  it("during a pause ends it at once", async () => {
    const later = answers([], failure("UNAVAILABLE", "maybe", { retryAfter: 60_000 }));
    const { channel, inner } = channelOf([later]);
    const options: CallOptions = { timeout: Infinity };
    const iterator = channel.stream(list, ["x"], options)[Symbol.asyncIterator]();
    const asked = iterator.next();
    await vi.advanceTimersByTimeAsync(100);
    expect(await iterator.return?.()).toEqual({ done: true, value: undefined });
    expect(await asked).toEqual({ done: true, value: undefined });
    expect(inner.attempts).toHaveLength(1);
    await channel.close();
  });

  it("ends the attempt that it reads", async () => {
    let ended = false;
    const endless: Step = () =>
      (async function* () {
        try {
          for (;;) yield "again";
        } finally {
          ended = true;
        }
      })();
    const { channel } = channelOf([endless]);
    for await (const value of channel.stream(list, ["x"])) if (value === "again") break;
    expect(ended).toBe(true);
  });

  it("before it began begins nothing", async () => {
    const { channel, inner } = channelOf([]);
    const iterator = channel.stream(list, ["x"])[Symbol.asyncIterator]();
    await iterator.return?.();
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(inner.attempts).toEqual([]);
  });
});

describe("a stream to the server", () => {
  async function* lines(): AsyncGenerator<string> {
    yield "1";
    yield "2";
  }
  /** Takes all requests, then answers or fails. */
  const taking =
    (error?: RpcError): Step =>
    async ({ requests }) => {
      let sum = "";
      for await (const request of requests) sum += request;
      if (error !== undefined) throw error;
      return sum;
    };
  const only = async (stream: ResponseStream<string>): Promise<unknown> => {
    const answered = stream.only().catch((error: unknown) => error);
    await vi.runAllTimersAsync();
    return answered;
  };

  it("is made again while nothing was taken and nothing sent", async () => {
    const { channel } = channelOf([fail("UNAVAILABLE", "no"), fail("UNAVAILABLE", "no"), taking()]);
    expect(await only(channel.stream(upload, lines()))).toBe("12");
  });

  it("is not once something was taken", async () => {
    const { channel, inner } = channelOf([taking(failure("UNAVAILABLE", "no"))]);
    expect(await only(channel.stream(upload, lines()))).toMatchObject({ code: "UNAVAILABLE", sent: "no" });
    expect(inner.attempts).toHaveLength(1);
  });

  it("is not where it may have been sent", async () => {
    const { channel, inner } = channelOf([fail("UNAVAILABLE", "maybe")]);
    expect(await only(channel.stream(upload, lines()))).toMatchObject({ sent: "maybe" });
    expect(inner.attempts).toHaveLength(1);
  });

  it("that is an array can be had again", async () => {
    const { channel } = channelOf([taking(failure("UNAVAILABLE", "no")), taking()]);
    expect(await only(channel.stream(upload, ["1", "2"]))).toBe("12");
  });
});

describe("a stream's deadline", () => {
  it("is none, unless its caller, its method or an enclosing call has one", async () => {
    const { channel, inner } = channelOf([lost(), answers(["1"])]);
    await read(channel.stream(list, ["x"]));
    expect(inner.attempts.map((options) => options?.deadline)).toEqual([undefined, undefined]);
  });

  it("is one for all attempts", async () => {
    const { channel, inner } = channelOf([lost(), answers(["1"])]);
    const began = performance.now();
    await read(channel.stream(list, ["x"], { timeout: 700 }));
    expect(inner.attempts[1]).toMatchObject({ deadline: began + 700, timeout: 700 });
  });

  it("is not spent on a pause that would outlast it", async () => {
    const { channel, inner } = channelOf([lost()]);
    const stream = channel.stream(list, ["x"]);
    const { signal } = new AbortController();
    const reading = runInside({ deadline: performance.now() + 40, signal }, () => read(stream));
    expect((await reading).error).toMatchObject({ code: "UNAVAILABLE" });
    expect(inner.attempts).toHaveLength(1);
  });
});

describe("a stream's trailers", () => {
  const [early, late] = [Metadata.from({ from: "a" }), Metadata.from({ from: "b" })];

  it("come once, from the attempt that counts", async () => {
    const onTrailers = vi.fn();
    const { channel } = channelOf([
      answers([], failure("UNAVAILABLE", "maybe"), early),
      answers(["1"], undefined, late),
    ]);
    await read(channel.stream(list, ["x"], { onTrailers }));
    expect(onTrailers).toHaveBeenCalledExactlyOnceWith(late);
  });

  it("come at its end, where they come there", async () => {
    const seen: unknown[] = [];
    const step: Step = ({ options }) =>
      (async function* () {
        yield "1";
        options.onTrailers?.(late);
      })();
    const { channel } = channelOf([step]);
    const onTrailers = (trailers: Metadata): void => void seen.push(trailers);
    for await (const value of channel.stream(list, ["x"], { onTrailers })) seen.push(value);
    expect(seen).toEqual(["1", late]);
  });

  it("come with its last failure", async () => {
    const onTrailers = vi.fn();
    const { channel } = channelOf([answers([], failure("NOT_FOUND", "yes"), late)]);
    await read(channel.stream(list, ["x"], { onTrailers }));
    expect(onTrailers).toHaveBeenCalledExactlyOnceWith(late);
  });
});

describe("a channel that closes", () => {
  it("takes no more streams, and lets those between attempts go on", async () => {
    const { channel, inner } = channelOf([fail("UNAVAILABLE", "no"), answer("1")]);
    const answered = channel.stream(upload, ["x"], { timeout: 1_000 }).only();
    await vi.advanceTimersByTimeAsync(10);
    const closing = channel.close();
    await expect(channel.stream(upload, ["x"]).only()).rejects.toThrow("the channel is closed");
    expect(inner.closed).toBe(false);
    await vi.runAllTimersAsync();
    expect(await answered).toBe("1");
    await closing;
  });

  it("ends those that have no deadline", async () => {
    const { channel, inner } = channelOf([fail("UNAVAILABLE", "no", { retryAfter: 1e9 })]);
    const answered = channel.stream(upload, ["x"]).only();
    answered.catch(() => {});
    await vi.advanceTimersByTimeAsync(10);
    await channel.close();
    expect(inner.closed).toBe(true);
    await expect(answered).rejects.toMatchObject({
      code: "CANCELLED",
      rawMessage: "the channel was closed",
      attempts: [{ code: "UNAVAILABLE" }],
    });
  });
});
