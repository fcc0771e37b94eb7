import { statusNumbers } from "../errors.ts";
import type { Outcome } from "../observation/observed-call.ts";

/** Upper bounds of the latency buckets, in ms; what took longer is in one more. */
export const bucketBounds: readonly number[] = [
  0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000,
];

/** Outcomes by their numbers. */
export const outcomes = Object.keys(statusNumbers) as readonly Outcome[];

/** What is counted of one method on one side: numbers that calls only add to. */
export class Series {
  inFlight = 0;
  /** Calls that have ended, by the number of their outcome. */
  readonly ended: number[] = outcomes.map(() => 0);
  /** The same by how long they took; not cumulative. */
  readonly buckets: number[] = [...bucketBounds, Infinity].map(() => 0);
  /** In ms. */
  totalDuration = 0;
  /** Messages of streams. */
  requests = 0;
  responses = 0;

  begin(): void {
    this.inFlight++;
  }

  /** @param duration - in ms */
  end(outcome: Outcome, duration: number): void {
    this.inFlight--;
    this.count(outcome);
    this.totalDuration += duration;
    let bucket = 0;
    while (bucket < bucketBounds.length && duration > bucketBounds[bucket]!) bucket++;
    this.buckets[bucket]!++;
  }

  /** A call that never ran. */
  count(outcome: Outcome): void {
    this.ended[statusNumbers[outcome]]!++;
  }
}
