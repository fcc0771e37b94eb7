import { expect, vi } from "vitest";
import type { CallOptions } from "../../call-options.ts";
import { now } from "../../clock.ts";
import { recordCall, RpcError, type RpcErrorOptions, type StatusCode } from "../../errors.ts";
import { nothing } from "../../codec/wrapper.ts";
import type { Metadata } from "../../metadata.ts";
import { enclosingCall } from "../../propagation.ts";
import type { Body } from "../../schema/body.ts";
import {
  type AnyMethod,
  clientStream,
  type MethodOptions,
  serverStream,
  type Streaming,
  unary,
  type Unary,
} from "../../schema/service.ts";
import type { Channel, ResponseStream } from "../channel.ts";
import { resolveDeadline } from "../deadline.ts";
import { type FailModeOption, FailModes } from "./fail-modes.ts";
import { RetryBudget } from "./retry-budget.ts";
import { resolveRetry, type RetryOptions } from "./retry-options.ts";
import { RetryPolicy } from "./retry-policy.ts";
import type { RetryRules } from "./retries.ts";

export type Text = Unary<string, string>;

const text = (): Body<string> => nothing as unknown as Body<string>;
const method = (name: string, options: MethodOptions): Text =>
  unary<string, string>(name, text, text, options)("t.S", name);

export const get = method("Get", { idempotent: true });
export const put = method("Put", {});
export const list = serverStream<string, string>("List", text, text, { idempotent: true })("t.S", "list");
export const follow = serverStream<string, string>("Follow", text, text)("t.S", "follow");
export const upload = clientStream<string, string>("Upload", text, text)("t.S", "upload");

/** What a channel does with one attempt: answers at once, later, or fails. */
export type Step = (call: {
  readonly options: CallOptions;
  readonly requests: Iterable<string> | AsyncIterable<string>;
}) => Promise<string> | AsyncIterable<string>;

/** Timers and the monotonic clock are the test's own. */
export function useFakeTime(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
}

/** Every call has stopped its timers. The one of all deadlines may still be armed, with nothing behind it. */
export function endFakeTime(): void {
  expect(vi.getTimerCount()).toBeLessThanOrEqual(1);
  vi.runAllTimers();
  vi.useRealTimers();
}

/** A channel without a wire: each attempt takes the next step, from tcp://a, tcp://b and so on. */
export class ScriptedChannel implements Channel {
  readonly attempts: (CallOptions | undefined)[] = [];
  closed = false;
  readonly #steps: Step[];

  constructor(...steps: Step[]) {
    this.#steps = steps;
  }

  unary<I, O>(method: Unary<I, O>, request: I, options?: CallOptions): Promise<O> {
    return this.#take(method, [request] as string[], options) as Promise<O>;
  }

  stream<I, O>(
    method: Streaming<I, O>,
    requests: Iterable<I> | AsyncIterable<I>,
    options?: CallOptions,
  ): ResponseStream<O> {
    const take = (): unknown =>
      this.#take(method, requests as Iterable<string> | AsyncIterable<string>, options);
    return {
      only: async () => (await take()) as O,
      async *[Symbol.asyncIterator]() {
        const answers = take() as AsyncIterable<O> | Promise<O>;
        if (answers instanceof Promise) yield await answers;
        else yield* answers;
      },
    };
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  #take(
    method: AnyMethod,
    requests: Iterable<string> | AsyncIterable<string>,
    options: CallOptions | undefined,
  ): Promise<string> | AsyncIterable<string> {
    const address = `tcp://${"abcdefgh"[this.attempts.length]}`;
    this.attempts.push(options);
    if (options?.attempt !== undefined) options.attempt.address = address;
    const record = {
      address,
      started: now(),
      deadline: resolveDeadline(method, options, 30_000),
      enclosing: enclosingCall(),
    };
    const step = this.#steps.shift();
    if (step === undefined) throw new Error("one attempt too many");
    const answer = step({ options: options ?? {}, requests });
    if (answer instanceof Promise) {
      return answer.catch((error: unknown) => {
        if (error instanceof RpcError) recordCall(error, record);
        throw error;
      });
    }
    return answer;
  }
}

export const answer =
  (value: string, trailers?: Metadata): Step =>
  async ({ options }) => {
    if (trailers !== undefined) options.onTrailers?.(trailers);
    return value;
  };

export const fail =
  (code: StatusCode, sent: "no" | "maybe" | "yes", more: RpcErrorOptions = {}): Step =>
  async ({ options }) => {
    if (more.metadata !== undefined) options.onTrailers?.(more.metadata);
    throw failure(code, sent, more);
  };

export function failure(
  code: StatusCode,
  sent: "no" | "maybe" | "yes",
  more: RpcErrorOptions = {},
): RpcError {
  return new RpcError(code, "gone", { prefix: "/t.S/Get at x", sent, ...more });
}

/** Never answers, and fails when its signal fires or it is given up. */
export const hang: Step = ({ options: { signal, attempt } }) =>
  new Promise((_resolve, reject) => {
    const end = (message: string, cause?: unknown): void =>
      reject(new RpcError("CANCELLED", message, { sent: "maybe", cause }));
    signal?.addEventListener("abort", () => end("cancelled by its signal", signal.reason));
    if (attempt !== undefined) attempt.call = { giveUp: (_code, message) => end(message) };
  });

/** @param random - what every pause is multiplied with */
export function rulesOf(options: RetryOptions = {}, random = 1, failMode?: FailModeOption): RetryRules {
  const settings = resolveRetry(options);
  return {
    policy: new RetryPolicy(settings, () => random),
    budget: new RetryBudget(settings.budgetPercent, settings.budgetPerSecond),
    modes: new FailModes(failMode),
    target: "orders",
    defaultTimeout: 30_000,
  };
}
