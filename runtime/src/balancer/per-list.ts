import type { CallInfo, Candidate } from "./balancer.ts";

/** What a picker derives from a list of candidates: kept until the list changes. */
export class PerList<T> {
  readonly #derive: (candidates: readonly Candidate[]) => T;
  #list: readonly Candidate[] | undefined;
  #derived: T | undefined;

  constructor(derive: (candidates: readonly Candidate[]) => T) {
    this.#derive = derive;
  }

  /** Of all that can take calls. */
  ofAll({ all }: CallInfo): T {
    if (all !== this.#list) {
      this.#derived = this.#derive(all);
      this.#list = all;
    }
    return this.#derived as T;
  }

  /** Of the candidates; those of a further attempt are derived for it alone, and the others remain. */
  of(candidates: readonly Candidate[], call: CallInfo): T {
    return candidates === call.all ? this.ofAll(call) : this.#derive(candidates);
  }
}
