import { AsyncLocalStorage } from "node:async_hooks";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RpcError } from "../errors.ts";
import { ServerCall } from "../protocol/server-call.ts";
import { unary } from "../schema/service.ts";
import type { Body } from "../schema/body.ts";
import { Admission, type AdmissionOptions } from "./admission.ts";
import { LoopWatch } from "./loop-watch.ts";
import { RateLimit } from "./rate-limit.ts";

// Looked up at each call, so that it is the clock of the fake timers.
vi.mock("../clock.ts", () => ({ now: () => performance.now() }));

const any: Body<never> = { type: "int", write: () => {}, read: () => 0 as never };
const method = unary<never, unknown>(
  "Get",
  () => any,
  () => any,
)("t.S", "get");

/** A call whose end is written down. */
class Call extends ServerCall {
  error: RpcError | undefined;
  protected readonly stage = "in the test";

  constructor(ms = Infinity) {
    super(method, { address: "c", protocol: "test" }, performance.now(), { ms, name: "its time" }, undefined);
  }

  answer(): void {
    throw new Error("the test answers no call");
  }

  refuse(error: RpcError): void {
    this.error ??= error;
    this.unwatchDeadline();
  }

  sendAll(): Promise<void> {
    throw new Error("the test answers no call");
  }

  release(): void {
    throw new Error("the router does");
  }
}

interface Bench {
  readonly admission: Admission;
  /** What ran, in order. */
  readonly ran: unknown[];
  readonly logged: string[];
  /** Offers a call under a name; it runs until the test releases it. */
  readonly offer: (name: string, ms?: number) => Call;
}

function bench(options: Partial<AdmissionOptions> = {}): Bench {
  const ran: unknown[] = [];
  const logged: string[] = [];
  const log = (message: string): void => void logged.push(message);
  const admission = new Admission({
    maxConcurrency: 1,
    maxQueue: 3,
    maxLag: Infinity,
    logger: { warn: log, error: log },
    random: () => 0.5,
    ...options,
  });
  const offer = (name: string, ms?: number): Call => {
    const call = new Call(ms);
    admission.admit(call, name, (_call, input) => ran.push(input));
    return call;
  };
  return { admission, ran, logged, offer };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("calls above the concurrency", () => {
  it("wait, and run in their order as others settle", () => {
    const { admission, ran, offer } = bench({ maxConcurrency: 2 });
    for (const name of ["a", "b", "c", "d"]) offer(name);
    expect(ran).toEqual(["a", "b"]);
    admission.release();
    expect(ran).toEqual(["a", "b", "c"]);
    offer("e");
    expect(ran).toEqual(["a", "b", "c"]);
    admission.release();
    admission.release();
    expect(ran).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("that are answered at once free their places without a growing stack", () => {
    const { admission, offer } = bench({ maxQueue: 50_000 });
    offer("first");
    let answered = 0;
    for (let i = 0; i < 50_000; i++) {
      admission.admit(new Call(), i, () => {
        answered++;
        admission.release();
      });
    }
    admission.release();
    expect(answered).toBe(50_000);
    admission.admit(new Call(), "last", () => answered++);
    expect(answered).toBe(50_001);
  });

  it("are shed above the queue, which says which options and when to come back", () => {
    const { offer, ran } = bench();
    offer("runs");
    for (const name of ["a", "b", "c"]) expect(offer(name).error).toBeUndefined();
    const { error, entered } = offer("d");
    expect(error).toMatchObject({
      code: "RESOURCE_EXHAUSTED",
      rawMessage: "the server is full: 1 calls run and 3 wait (options maxConcurrency, maxQueue)",
      retryAfter: 10,
    });
    expect(entered).toBe(false);
    expect(ran).toEqual(["runs"]);
  });

  it("are shed at once where none may wait", () => {
    const { offer } = bench({ maxQueue: 0 });
    offer("runs");
    expect(offer("a").error).toMatchObject({ code: "RESOURCE_EXHAUSTED" });
  });

  it("come back when the queue has drained, none like another, within bounds", () => {
    let random = 0.5;
    const { admission, offer } = bench({ random: () => random });
    offer("runs");
    vi.advanceTimersByTime(20);
    admission.release();
    offer("runs");
    for (const name of ["a", "b", "c"]) offer(name);
    expect(offer("d").error?.retryAfter).toBe(80);
    random = 0;
    expect(offer("d").error?.retryAfter).toBe(60);
    random = 0.999;
    expect(offer("d").error?.retryAfter).toBe(100);
    vi.advanceTimersByTime(60_000);
    expect(offer("d").error?.retryAfter).toBe(5_000);
  });

  it("are told of in the log, now and then", () => {
    const { offer, logged } = bench({ maxQueue: 0 });
    offer("runs");
    for (let i = 0; i < 100; i++) offer("shed");
    expect(logged).toEqual(["calls are shed: " + offer("shed").error!.rawMessage]);
    vi.advanceTimersByTime(10_000);
    offer("shed");
    expect(logged).toHaveLength(2);
  });
});

describe("a call that waits", () => {
  it("does not run once its deadline has passed, which takes it out at once", () => {
    const { admission, ran, offer } = bench();
    offer("runs");
    const late = offer("late", 50);
    offer("next");
    vi.advanceTimersByTime(60);
    expect(late.error).toMatchObject({ code: "DEADLINE_EXCEEDED" });
    expect(late.entered).toBe(false);
    offer("a");
    offer("b");
    expect(offer("full").error).toBeDefined();
    admission.release();
    expect(ran).toEqual(["runs", "next"]);
  });

  it("does not run either where the loop was too busy to see its deadline pass", () => {
    const { admission, ran, offer } = bench();
    offer("runs");
    const late = offer("late", 50);
    offer("next");
    const passed = performance.now() + 60;
    vi.spyOn(performance, "now").mockReturnValue(passed);
    admission.release();
    vi.restoreAllMocks();
    expect(late.error).toMatchObject({ code: "DEADLINE_EXCEEDED" });
    expect(ran).toEqual(["runs", "next"]);
  });

  it("frees its place when it is cancelled", () => {
    const { admission, ran, offer } = bench({ maxQueue: 1 });
    offer("runs");
    const gone = offer("gone");
    gone.abort(new RpcError("CANCELLED", "the caller cancelled"));
    const next = offer("next");
    expect(next.error).toBeUndefined();
    admission.release();
    expect(ran).toEqual(["runs", "next"]);
    next.abort(new RpcError("CANCELLED", "while it runs"));
    offer("waits");
    expect(ran).toEqual(["runs", "next"]);
    admission.release();
    expect(ran).toEqual(["runs", "next", "waits"]);
  });

  it("runs outside the call that freed its place", () => {
    const storage = new AsyncLocalStorage<string>();
    const { admission, offer } = bench();
    offer("runs");
    const seen: unknown[] = [];
    admission.admit(new Call(), 0, () => seen.push(storage.getStore()));
    storage.run("of another call", () => admission.release());
    expect(seen).toEqual([undefined]);
  });
});

describe("calls while the loop lags", () => {
  function lagging(): Bench {
    const rate = new RateLimit(50);
    const watch = new LoopWatch(rate);
    watch.start({ read: () => ({ lag: 61, utilization: 1 }), stop() {} });
    const made = bench({ maxConcurrency: Infinity, maxLag: 50, pace: { rate, watch } });
    for (let i = 0; i < 10; i++) made.offer("before");
    vi.advanceTimersByTime(100);
    return made;
  }

  it("are taken up to the limit, the others shed until the next period", () => {
    const { offer, ran } = lagging();
    vi.advanceTimersByTime(30);
    for (let i = 0; i < 8; i++) offer("taken");
    const { error } = offer("shed");
    expect(ran).toHaveLength(18);
    expect(error).toMatchObject({
      code: "RESOURCE_EXHAUSTED",
      rawMessage:
        "the server is overloaded: it takes 8 calls in 100 ms now, since its event loop lagged by more than 50 ms (option maxLag); in the last 100 ms by 61",
      retryAfter: 70 + 50,
    });
    vi.advanceTimersByTime(70);
    expect(offer("taken").error).toBeUndefined();
  });
});

it("a call whose time was over on arrival does not run, queue or not", () => {
  const { ran, offer, admission } = bench();
  const call = offer("late", -1);
  expect(call.error).toMatchObject({ code: "DEADLINE_EXCEEDED" });
  offer("next");
  expect(ran).toEqual(["next"]);
  admission.release();
});
