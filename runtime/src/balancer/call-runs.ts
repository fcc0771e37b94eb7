import { watchLoop } from "../loop-utilization.ts";
import { currentTurn } from "../protocol/mux/output/turn-end.ts";
import type { AnyMethod } from "../schema/service.ts";
import type { Member } from "./member.ts";
import { PerKey } from "./per-key.ts";
import { totalOf, weightOf, weightsOf } from "./weight.ts";

/**
 * What the last call of a run may wait for the others where the server answers one after the other, in ms, and which part of the time the
 * client's event loop is then busy. A busy client is what calls wait for: fewer writes let it make more of them, to whomever they go. One with
 * time to spare makes as many without, and its servers would wait for each other's calls.
 */
const patience = { idle: 0.25, busy: 4 };
const utilization = { idle: 0.45, busy: 0.75 };
/** Runs that the calls in flight make at least: so the client has answers to read while servers have calls to run. */
const inFlight = 4;
/** Calls of a run. To 16 endpoints at 64 in flight, runs of 16 and 32 made 1.7 times as many calls a second as none, of 8 1.45 and of 4 1.25 times. */
const longest = 32;
/** How long a run takes calls, in ms: later ones would not share a write with the first. */
const lasting = 0.1;
/** How long answers are counted before the count is believed, in ms. */
const countedFor = 25;
/** How long it is believed, in ms. */
const believedFor = 200;

/** Starts to watch what tells how busy the event loop is, see {@link watchLoop}. */
export type WatchLoop = () => () => number;

/**
 * Sends calls of a method that are made together to one endpoint: so they share a write, a read and a turn of the server, which cost more than
 * a small call does. A run takes no more than what each endpoint has lately answered in the time that the last can wait: an average server
 * needs no longer for them.
 */
export class CallRuns {
  readonly #watchLoop: WatchLoop;
  #utilization: (() => number) | undefined;
  /** What a run may take, from 1. */
  #length = 1;
  #among: readonly Member[] = [];
  #averageWeight = 1;
  #member: Member | undefined;
  #left = 0;
  #begun = 0;
  #turn = 0;
  #answers = 0;
  #counting = 0;

  constructor(watchLoop: WatchLoop) {
    this.#watchLoop = watchLoop;
  }

  /** Where the run goes that is on; undefined where there is none. @param among - the endpoints that the call may go to */
  next(among: readonly Member[], time: number): Member | undefined {
    if (this.#left === 0 || among !== this.#among) return undefined;
    if (currentTurn() !== this.#turn || time - this.#begun > lasting) return undefined;
    this.#left--;
    return this.#member;
  }

  /** Calls may follow one that goes there. */
  begin(among: readonly Member[], member: Member, time: number): void {
    if (among !== this.#among) this.#averageWeight = totalOf(weightsOf(among)) / among.length;
    this.#among = among;
    this.#left = this.#isStale(time) ? 0 : Math.ceil(this.#length * this.#part(member)) - 1;
    this.#member = member;
    this.#begun = time;
    this.#turn = currentTurn();
  }

  answered(time: number): void {
    if (time - this.#counting >= countedFor) {
      this.#length = this.#isStale(time) ? 1 : this.#adapted(this.#answers / (time - this.#counting));
      this.#answers = 0;
      this.#counting = time;
    }
    this.#answers++;
  }

  /**
   * How much of a run an endpoint gets: less where it weighs less than the average. It is found idle more often than others, and one that
   * weighed 0.1 beside 10 and six of 1 got 13 times its share of 128 calls in flight with whole runs, twice it with its part of them.
   */
  #part(member: Member): number {
    return Math.min(1, weightOf(member) / this.#averageWeight);
  }

  /** Whether nothing was answered for a while, so that nobody knows how fast it would be. */
  #isStale(time: number): boolean {
    return time - this.#counting > believedFor;
  }

  /** At most twice or half of what it was: how busy the client is follows from it. @param rate - answers in a ms, of all endpoints */
  #adapted(rate: number): number {
    const each = rate / this.#among.length;
    if (each * patience.busy < 2) return 1;
    const length = Math.max(this.#length / 2, Math.min(this.#length * 2, each * this.#patience()));
    const calls = this.#among.reduce((sum, member) => sum + member.inFlight, 0);
    return Math.max(1, Math.min(longest, calls / inFlight, length));
  }

  #patience(): number {
    if (this.#utilization === undefined) {
      this.#utilization = this.#watchLoop();
      return patience.idle;
    }
    const busy = (this.#utilization() - utilization.idle) / (utilization.busy - utilization.idle);
    return patience.idle + (patience.busy - patience.idle) * Math.min(1, Math.max(0, busy));
  }
}

/** The runs of each method: how fast one is answered says nothing of another. */
export class RunsByMethod {
  readonly #runs: PerKey<AnyMethod, CallRuns>;

  constructor(loop: WatchLoop = watchLoop) {
    this.#runs = new PerKey(() => new CallRuns(loop));
  }

  /** Undefined for streams: each may take long, and those that are opened together must not share a server for hours. */
  of(method: AnyMethod): CallRuns | undefined {
    return method.kind === "unary" ? this.#runs.of(method) : undefined;
  }
}
