import type { Outcome } from "./balancer.ts";

/** What one more call adds to the part that fails. */
const failureWeight = 1 / 4;
/** However much fails, an endpoint counts as no more than a thousand times as slow, so that it is tried again. */
const leastSuccess = 1 / 32;

/** How long an endpoint will take for an answer, by the calls that it had. */
export class ExpectedTime {
  readonly #decay: number;
  #ms = 0;
  /** The part of the calls that failed. */
  #failing = 0;
  /** When the last call told something. */
  #time: number | undefined;

  /** @param decay - in ms: what is known loses two thirds of its weight in this time */
  constructor(decay: number) {
    this.#decay = decay;
  }

  /**
   * In ms. What fails is made again and may fail again: the time grows with the square of that.
   * @param unknown - what counts for what is not known, in ms
   */
  at(time: number, unknown: number): number {
    const known = this.#knownAt(time);
    const success = Math.max(leastSuccess, 1 - this.#failing * known);
    return (unknown + (this.#ms - unknown) * known) / (success * success);
  }

  record(ms: number, outcome: Outcome, time: number, unknown: number): void {
    const known = this.#knownAt(time);
    const expected = unknown + (this.#ms - unknown) * known;
    // Who gave up early says nothing, who gave up late that it takes longer still.
    if (outcome === "cancelled" && ms <= expected) return;
    const answered = this.#ms * known + ms * (1 - known);
    this.#ms = Math.max(ms, outcome === "answered" ? answered : expected);
    this.#failing *= known;
    if (outcome !== "cancelled")
      this.#failing += (Number(outcome === "failed") - this.#failing) * failureWeight;
    this.#time = time;
  }

  /** A call of which the time says nothing: it counts for the part that fails. */
  recordUntimed(outcome: Outcome, time: number, unknown: number): void {
    if (outcome === "failed") this.record(0, outcome, time, unknown);
    // What is known of the times grows no younger by it.
    else if (outcome === "answered") this.#failing *= 1 - failureWeight;
  }

  /** How much of it is still known, from 0 to 1. */
  #knownAt(time: number): number {
    return this.#time === undefined ? 0 : faded((time - this.#time) / this.#decay);
  }
}

/** The average time of answers, whoever gave them. */
export class AverageTime {
  readonly #decay: number;
  #ms: number | undefined;
  #time = 0;

  /** @param decay - in ms */
  constructor(decay: number) {
    this.#decay = decay;
  }

  /** In ms; 1 before the first answer. */
  get ms(): number {
    return this.#ms ?? 1;
  }

  record(ms: number, time: number): void {
    const kept = faded((time - this.#time) / this.#decay);
    this.#ms = (this.#ms ?? ms) * kept + ms * (1 - kept);
    this.#time = time;
  }
}

/** The part of the calls that failed lately. */
export class FailingPart {
  readonly #decay: number;
  readonly #now: () => number;
  #atTime = 0;
  #time = 0;

  /** @param decay - in ms: without a call it loses two thirds in this time */
  constructor(decay: number, now: () => number) {
    this.#decay = decay;
    this.#now = now;
  }

  /** From 0 to 1. */
  get part(): number {
    return this.#atTime === 0 ? 0 : this.#atTime * faded((this.#now() - this.#time) / this.#decay);
  }

  record(outcome: Outcome): void {
    if (outcome === "cancelled" || (outcome === "answered" && this.#atTime === 0)) return;
    const before = this.part;
    this.#atTime = before + (Number(outcome === "failed") - before) * failureWeight;
    this.#time = this.#now();
  }
}

/** About e to the power of -x, for x from 0: the time that a pick has is short. */
function faded(x: number): number {
  const root = 1 / (1 + x / 8);
  const square = root * root;
  const fourth = square * square;
  return fourth * fourth;
}
