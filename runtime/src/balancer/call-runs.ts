import type { AnyMethod } from "../schema/service.ts";
import type { Member } from "./member.ts";
import { PerKey } from "./per-key.ts";

/** What the last call of a run waits for the others, in ms, where the server answers one call after the other. */
const patience = 1;
/** Calls of a run. Over 16 endpoints, 16 made 1.7 times as many calls a second as none, 8 made 1.45 and 4 made 1.25 times as many. */
const longest = 16;
/** How long a run takes calls, in ms: later ones would not share a write with the first. */
const lasting = 0.1;
/** How long answers are counted before the count is believed, in ms. */
const countedFor = 100;

/**
 * Sends calls of a method that are made together to one endpoint: so they share a write, a read and a turn of the server, which cost more than
 * a small call does. A run takes no more than what each endpoint has lately answered in the time that the last can wait: an average server
 * needs no longer for them.
 */
export class CallRuns {
  #among: readonly Member[] | undefined;
  #member: Member | undefined;
  #left = 0;
  #begun = 0;
  #answers = 0;
  #counting = 0;
  /** Answers in a ms, of all endpoints. */
  #rate = 0;

  /** Where the run goes that is on; undefined where there is none. @param among - the endpoints that the call may go to */
  next(among: readonly Member[], time: number): Member | undefined {
    if (this.#left === 0 || among !== this.#among || time - this.#begun > lasting) return undefined;
    this.#left--;
    return this.#member;
  }

  /** Calls may follow one that goes there. */
  begin(among: readonly Member[], member: Member, time: number): void {
    const isKnown = time - this.#counting <= 2 * countedFor;
    const each = this.#rate / among.length;
    const length = isKnown ? Math.max(1, Math.floor(each * patience)) : 1;
    this.#left = Math.min(longest, length) - 1;
    this.#among = among;
    this.#member = member;
    this.#begun = time;
  }

  answered(time: number): void {
    const counted = time - this.#counting;
    if (counted >= countedFor) {
      this.#rate = this.#answers / counted;
      this.#answers = 0;
      this.#counting = time;
    }
    this.#answers++;
  }
}

/** The runs of each method: how fast one is answered says nothing of another. */
export class RunsByMethod {
  readonly #runs = new PerKey<AnyMethod, CallRuns>(() => new CallRuns());

  /** Undefined for streams: each may take long, and those that are opened together must not share a server for hours. */
  of(method: AnyMethod): CallRuns | undefined {
    return method.kind === "unary" ? this.#runs.of(method) : undefined;
  }
}
