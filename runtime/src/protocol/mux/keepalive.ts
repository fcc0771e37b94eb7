import { now } from "../../clock.ts";
import type { KeepaliveTimes } from "../../limits.ts";
import { detach } from "../../propagation.ts";
import { startTimer, stopTimer, type Timer } from "../../timer.ts";

/** The connection that is watched. */
export interface KeepaliveHost {
  /** Calls that wait for the peer. */
  readonly inFlight: number;
  /** Bytes that the peer's side has not taken: while they move, it lives. */
  readonly unsent: number;
  ping(): void;
  /** There was no call for a while: what only calls need can go. */
  onQuiet(): void;
  onDead(reason: string): void;
}

/**
 * Finds a peer that is gone without a word: a machine that lost power, a cable, a firewall that forgot the connection. It watches
 * while calls are in flight, and until something has come since the first of them: else a peer whose callers give up sooner than it asks
 * would never be found. It costs a call nothing, and holds no process up.
 */
export class Keepalive {
  #isWatching = false;
  #timer: Timer | undefined;
  #verdict: NodeJS.Immediate | undefined;
  readonly #times: KeepaliveTimes;
  readonly #host: KeepaliveHost;
  #lastSign = 0;
  #unsent = 0;
  /** Whether something has come since it began to watch. */
  #isHeard = false;
  /** Whether the peer was asked and has not answered since. */
  #isAsked = false;

  constructor(times: KeepaliveTimes, host: KeepaliveHost) {
    this.#times = times;
    this.#host = host;
  }

  /**
   * A call is in flight.
   * @param isHeard - whether the peer has just sent it
   */
  watch(isHeard: boolean): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    this.#isHeard = isHeard;
    this.#lastSign = now();
    this.#wait(this.#times.keepaliveInterval);
  }

  /** Something came at this time. */
  onSign(time: number): void {
    this.#lastSign = time;
    this.#isHeard = true;
    this.#isAsked = false;
  }

  stop(): void {
    stopTimer(this.#timer);
    this.#timer = undefined;
    clearImmediate(this.#verdict);
    this.#verdict = undefined;
    this.#isWatching = false;
    this.#isAsked = false;
  }

  #check(): void {
    if (this.#host.inFlight === 0 && this.#isHeard) {
      this.stop();
      return this.#host.onQuiet();
    }
    const { unsent } = this.#host;
    if (unsent !== this.#unsent) this.onSign(now());
    this.#unsent = unsent;
    const { keepaliveInterval, keepaliveTimeout } = this.#times;
    // A process that was busy itself has not read yet what came meanwhile.
    if (this.#isAsked) return void (this.#verdict = detach(() => setImmediate(() => this.#giveUp())));
    const left = this.#lastSign + keepaliveInterval - now();
    if (left > 0) return this.#wait(left);
    this.#isAsked = true;
    this.#host.ping();
    this.#wait(keepaliveTimeout);
  }

  #giveUp(): void {
    if (!this.#isAsked) return this.#check();
    const silence = Math.round(now() - this.#lastSign);
    const text = `the peer gave no sign of life for ${silence} ms (options keepaliveInterval, keepaliveTimeout)`;
    this.#host.onDead(text);
  }

  #wait(ms: number): void {
    // It watches for all calls, so it belongs to none of them.
    this.#timer = detach(() => startTimer(ms, () => this.#check())?.unref());
  }
}
