import type { Candidate } from "./balancer.ts";

/**
 * The calls that a list has in flight, about: they are counted once in as many picks as there are candidates, and each pick in between
 * counts as one that has not ended.
 */
export class InFlightTotal {
  #list: readonly Candidate[] | undefined;
  #counted = 0;
  #since = 0;

  of(candidates: readonly Candidate[]): number {
    if (candidates !== this.#list || ++this.#since >= candidates.length) this.#count(candidates);
    return this.#counted + this.#since;
  }

  #count(candidates: readonly Candidate[]): void {
    this.#list = candidates;
    this.#since = 0;
    this.#counted = 0;
    for (const { inFlight } of candidates) this.#counted += inFlight;
  }
}
