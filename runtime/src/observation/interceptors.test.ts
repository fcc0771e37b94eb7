import { describe, expect, it } from "vitest";
import type { StreamCall } from "../client/interceptor.ts";
import { nothing } from "../codec/wrapper.ts";
import { RpcError } from "../errors.ts";
import { Metadata } from "../metadata.ts";
import type { CallContext } from "../protocol/server-call.ts";
import { bidiStream, type BidiStream, service, unary, type Unary } from "../schema/service.ts";
import { FailureReport } from "./failure-report.ts";
import { observeClient, observeServer } from "./interceptors.ts";
import type { ObservedCall } from "./observed-call.ts";
import type { Observer } from "./observer.ts";
import { Watch } from "./watch.ts";

interface Methods {
  readonly [name: string]: Unary<undefined, undefined> | BidiStream<undefined, undefined>;
  readonly get: Unary<undefined, undefined>;
  readonly chat: BidiStream<undefined, undefined>;
}

const body = (): typeof nothing => nothing;
const { methods } = service<object, Methods>("test.S", () => ({
  get: unary("Get", body, body),
  chat: bidiStream("Chat", body, body),
}));

function contextOf(method: CallContext["method"], abortReason?: RpcError): CallContext {
  return {
    method,
    abortReason,
    peer: { address: "memory:test", protocol: "test" },
    metadata: new Metadata(),
    trailers: new Metadata(),
    signal: new AbortController().signal,
    deadline: Infinity,
    timeRemaining: () => Infinity,
  };
}

interface Bench {
  readonly watch: Watch<unknown>;
  readonly events: string[];
}

/** An observer that writes down what it sees. */
function bench(broken: Partial<Observer<unknown>> = {}): Bench {
  const events: string[] = [];
  const seen = (event: string): void => void events.push(event);
  const observer: Observer<unknown> = {
    begin: () => seen("begin"),
    message: (_call, direction) => seen(direction),
    end: ({ outcome }: ObservedCall) => seen(`end ${outcome}`),
    ...broken,
  };
  const logger = { warn: seen, error: seen };
  return { watch: new Watch(observer, new FailureReport("failed", logger)), events };
}

function fail(): never {
  throw new Error("broken");
}

async function* letters(...values: string[]): AsyncGenerator<string> {
  yield* values;
}

const streamCall: StreamCall = { method: methods.chat, target: "memory:test", requests: [], options: {} };

function streamOf(watch: Watch<unknown>, responses: AsyncIterable<unknown>): AsyncIterator<unknown> {
  return observeClient(watch).stream!(() => responses)(streamCall)[Symbol.asyncIterator]();
}

describe("a handler that is observed", () => {
  it("answers at once where it does so unobserved", () => {
    const { watch, events } = bench();
    expect(observeServer(watch).unary!(() => 5)(1, contextOf(methods.get))).toBe(5);
    expect(events).toEqual(["begin", "request", "response", "end OK"]);
  });

  it("throws at once where it does so unobserved", () => {
    const { watch, events } = bench();
    expect(() => observeServer(watch).unary!(fail)(1, contextOf(methods.get))).toThrow("broken");
    expect(events).toEqual(["begin", "request", "end INTERNAL"]);
  });

  it("ends as its caller sees it: an error of a call of its own, and an answer that is late", () => {
    const outcome = (handler: () => unknown, context: CallContext): string => {
      const { watch, events } = bench();
      try {
        observeServer(watch).unary!(handler)(1, context);
      } catch {
        // The end is what counts.
      }
      return events.at(-1)!;
    };
    const throws = (error: RpcError) => (): never => {
      throw error;
    };
    const inner = new RpcError("NOT_FOUND", "", { sent: "yes" });
    const late = contextOf(methods.get, new RpcError("DEADLINE_EXCEEDED", ""));
    expect(outcome(throws(inner), contextOf(methods.get))).toBe("end INTERNAL");
    expect(outcome(throws(new RpcError("NOT_FOUND")), contextOf(methods.get))).toBe("end NOT_FOUND");
    expect(outcome(() => 5, late)).toBe("end DEADLINE_EXCEEDED");
    expect(outcome(fail, late)).toBe("end DEADLINE_EXCEEDED");
  });
});

describe("a stream that is observed", () => {
  it("does not begin where it is left before it is read", async () => {
    const { watch, events } = bench();
    const responses = streamOf(watch, letters("a"));
    await responses.return!();
    expect(await responses.next()).toEqual({ done: true, value: undefined });
    expect(events).toEqual([]);
  });

  it("is cancelled where it is left while an answer is awaited", async () => {
    const { watch, events } = bench();
    let release: ((result: IteratorResult<unknown>) => void) | undefined;
    const responses = streamOf(watch, {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<IteratorResult<unknown>>((resolve) => (release = resolve)),
        return: async () => {
          release!({ done: true, value: undefined });
          return { done: true, value: undefined };
        },
      }),
    });
    const pending = responses.next();
    await responses.return!();
    expect((await pending).done).toBe(true);
    expect(events).toEqual(["begin", "end CANCELLED"]);
  });

  it("that cannot be opened fails, and is not opened again", async () => {
    const { watch, events } = bench();
    const responses = observeClient(watch).stream!(fail)(streamCall)[Symbol.asyncIterator]();
    await expect(responses.next()).rejects.toThrow("broken");
    expect((await responses.next()).done).toBe(true);
    expect(events).toEqual(["begin", "end UNKNOWN"]);
  });

  it("answers calls for several messages at once in their order", async () => {
    const { watch } = bench();
    const responses = streamOf(watch, letters("a", "b"));
    const all = await Promise.all([responses.next(), responses.next(), responses.next()]);
    expect(all.map(({ value }) => value as unknown)).toEqual(["a", "b", undefined]);
  });

  it("ends once, with the error of its finally going to whoever left it", async () => {
    const { watch, events } = bench();
    async function* failing(): AsyncGenerator<string> {
      try {
        yield "a";
      } finally {
        fail();
      }
    }
    const responses = streamOf(watch, failing());
    await responses.next();
    await expect(responses.return!()).rejects.toThrow("broken");
    await responses.return!();
    expect(events).toEqual(["begin", "response", "end CANCELLED"]);
  });
});

describe("an observer that fails", () => {
  it.each<[string, Partial<Observer<unknown>>]>([
    ["begin", { begin: fail }],
    ["message", { message: fail }],
    ["end", { end: fail }],
    ["enter, before the step", { enter: fail }],
    [
      "enter, behind the step",
      {
        enter: (_call, step) => {
          step();
          return fail();
        },
      },
    ],
    ["enter, in that it runs nothing", { enter: () => undefined as never }],
  ])("in %s changes nothing of a call, and its failure is reported at most once", async (_, broken) => {
    const { watch, events } = bench(broken);
    let runs = 0;
    const handler = (): number => ++runs;
    expect(observeServer(watch).unary!(handler)(1, contextOf(methods.get))).toBe(1);
    expect(() => observeServer(watch).unary!(fail)(1, contextOf(methods.get))).toThrow("broken");
    const responses = streamOf(watch, letters("a"));
    expect((await responses.next()).value).toBe("a");
    expect((await responses.next()).done).toBe(true);
    expect(runs).toBe(1);
    expect(events.filter((event) => event === "failed").length).toBeLessThanOrEqual(1);
  });

  it("on being told of an unknown method changes nothing either", () => {
    const { watch, events } = bench({ unknown: fail });
    observeServer(watch).unknown!("/made/Up");
    expect(events).toEqual(["failed"]);
  });
});
