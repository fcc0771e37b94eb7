import type { CallOptions } from "../../call-options.ts";
import type { Sent } from "../../errors.ts";
import { type CallHolder, PendingCall } from "../../protocol/pending-call.ts";
import type { AnyMethod } from "../../schema/service.ts";
import { longestTimer, startTimer, stopTimer, type Timer } from "../../timer.ts";

/** Whose call waits. */
export interface PausingChannel {
  readonly target: string;
  /** In ms; Infinity for none. */
  readonly defaultTimeout: number;
}

/** The wait between two attempts of a call. It ends with the call's deadline and its signals, too. */
export class Pause implements CallHolder {
  readonly target: string;
  /** Settles when it is over; rejects with an RpcError when the call is. */
  readonly done: Promise<void>;
  readonly #ms: number;
  readonly #sent: Sent;
  #timer: Timer | undefined;
  #waiting: PendingCall | undefined;

  /**
   * @param options - the call's, with its deadline
   * @param sent - how far the attempts before got
   */
  constructor(ms: number, channel: PausingChannel, method: AnyMethod, options: CallOptions, sent: Sent) {
    this.target = channel.target;
    this.#ms = Math.min(ms, longestTimer);
    this.#sent = sent;
    this.done = new Promise((resolve, reject) => {
      const waiting = new PendingCall(
        this,
        method,
        undefined,
        options,
        channel.defaultTimeout,
        resolve,
        reject,
      );
      if (!waiting.begin()) return;
      this.#waiting = waiting;
      this.#timer = startTimer(this.#ms, () => this.end());
    });
  }

  /** Ends it early. */
  end(): void {
    stopTimer(this.#timer);
    this.#waiting?.succeed(undefined, undefined);
  }

  /** Ends the call with it. */
  giveUp(why: string): void {
    this.#waiting?.giveUp("CANCELLED", why);
  }

  abandon(): Sent {
    stopTimer(this.#timer);
    return this.#sent;
  }

  waitingFor(): string {
    return `waiting ${Math.round(this.#ms)} ms before another attempt`;
  }
}
