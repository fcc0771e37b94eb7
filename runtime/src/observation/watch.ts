import type { CallOptions } from "../call-options.ts";
import { now } from "../clock.ts";
import type { CallContext } from "../protocol/server-call.ts";
import type { AnyMethod } from "../schema/service.ts";
import type { FailureReport } from "./failure-report.ts";
import { type Direction, ObservedCall, type Outcome } from "./observed-call.ts";
import type { Observer } from "./observer.ts";

/** An observer that can break no call: nothing here throws but what the call itself throws. */
export class Watch<State> {
  readonly #observer: Observer<State>;
  readonly #report: FailureReport;

  constructor(observer: Observer<State>, report: FailureReport) {
    this.#observer = observer;
    this.#report = report;
  }

  /** Undefined where the observer failed: the call then goes on unobserved. */
  begin(
    method: AnyMethod,
    peer: string,
    context: CallContext | undefined,
    options: CallOptions | undefined,
  ): ObservedCall<State> | undefined {
    const call = new ObservedCall<State>(method, peer, context, options);
    try {
      this.#observer.begin(call);
      return call;
    } catch (error) {
      this.#report.tell(error);
      return undefined;
    }
  }

  message(call: ObservedCall<State>, direction: Direction, message: unknown): void {
    if (call.ended) return;
    if (direction === "request") call.requests++;
    else call.responses++;
    try {
      this.#observer.message?.(call, direction, message);
    } catch (error) {
      this.#report.tell(error);
    }
  }

  /** The first end counts. */
  end(call: ObservedCall<State>, outcome: Outcome, error?: unknown): void {
    if (call.ended) return;
    call.ended = true;
    call.duration = now() - call.started;
    call.outcome = outcome;
    call.error = error;
    try {
      this.#observer.end(call);
    } catch (failure) {
      this.#report.tell(failure);
    }
  }

  /** @throws what the step throws */
  enter<T>(call: ObservedCall<State>, step: () => T): T {
    const observer = this.#observer;
    if (observer.enter === undefined) return step();
    let result: { readonly value: T } | { readonly thrown: unknown } | undefined;
    try {
      observer.enter(call, () => {
        result = outcomeOf(step);
      });
    } catch (error) {
      this.#report.tell(error);
    }
    // Assigned in the callback, which the compiler does not see.
    const settled = (result as ReturnType<typeof outcomeOf<T>> | undefined) ?? outcomeOf(step);
    if ("thrown" in settled) throw settled.thrown;
    return settled.value;
  }

  unknown(path: string): void {
    try {
      this.#observer.unknown?.(path);
    } catch (error) {
      this.#report.tell(error);
    }
  }
}

function outcomeOf<T>(step: () => T): { readonly value: T } | { readonly thrown: unknown } {
  try {
    return { value: step() };
  } catch (thrown) {
    return { thrown };
  }
}
