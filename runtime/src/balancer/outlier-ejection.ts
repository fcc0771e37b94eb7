import type { Candidate, Outcome } from "./balancer.ts";
import type { OutlierRules } from "./outlier-options.ts";

/** What is known of an endpoint. */
interface Tally {
  answered: number;
  failed: number;
  /** Until when it is left out, at least; undefined while it is not. */
  until: number | undefined;
  /** How often it was left out lately. */
  times: number;
}

/** What a look at the calls has come to. */
export interface Verdict {
  readonly ejected: readonly {
    readonly candidate: Candidate;
    readonly ms: number;
    readonly reason: string;
  }[];
  readonly returned: readonly Candidate[];
}

/** Leaves out endpoints whose calls fail more often than others', for a while, as gRFC A50 describes it. */
export class OutlierEjection {
  readonly #rules: OutlierRules;
  #tallies = new Map<Candidate, Tally>();
  #due: number;

  /** @param time - the present, in ms */
  constructor(rules: OutlierRules, time: number) {
    this.#rules = rules;
    this.#due = time + rules.interval;
  }

  record(candidate: Candidate, outcome: Outcome): void {
    if (outcome === "cancelled") return;
    this.#tallyOf(candidate)[outcome]++;
  }

  isEjected(candidate: Candidate): boolean {
    return this.#tallies.get(candidate)?.until !== undefined;
  }

  isDue(time: number): boolean {
    return time >= this.#due;
  }

  /**
   * Looks at the calls since the last time.
   * @param all - every endpoint that is known; others are forgotten
   */
  sweep(all: readonly Candidate[], time: number): Verdict {
    this.#due = time + this.#rules.interval;
    this.#tallies = new Map(all.map((candidate) => [candidate, this.#tallyOf(candidate)]));
    const ejected = this.#eject(time);
    const returned: Candidate[] = [];
    for (const [candidate, tally] of this.#tallies) {
      if (tally.until === undefined) tally.times = Math.max(0, tally.times - 1);
      else if (time > tally.until) {
        tally.until = undefined;
        returned.push(candidate);
      }
      tally.answered = tally.failed = 0;
    }
    return { ejected, returned };
  }

  #eject(time: number): Verdict["ejected"] {
    const { baseTime, maxTime } = this.#rules;
    const ejected: Verdict["ejected"][number][] = [];
    const outliers = new Map([...this.#belowOthers(), ...this.#failing()]);
    for (const [candidate, reason] of outliers) {
      if (!this.#mayEject()) break;
      const tally = this.#tallyOf(candidate);
      const ms = Math.min(baseTime * ++tally.times, maxTime);
      tally.until = time + ms;
      ejected.push({ candidate, ms, reason });
    }
    return ejected;
  }

  /** One in any case, and as many more as the percentage allows. */
  #mayEject(): boolean {
    let out = 0;
    for (const { until } of this.#tallies.values()) if (until !== undefined) out++;
    return out === 0 || (out + 1) * 100 <= this.#rules.maxPercent * this.#tallies.size;
  }

  #belowOthers(): [Candidate, string][] {
    const rules = this.#rules.successRate;
    if (rules === undefined) return [];
    const rates: [Candidate, number][] = [];
    for (const [candidate, tally] of this.#tallies)
      if (isIn(tally, rules.minCalls)) rates.push([candidate, tally.answered / callsOf(tally)]);
    if (rates.length < rules.minEndpoints) return [];
    const mean = average(rates.map(([, rate]) => rate));
    const deviation = Math.sqrt(average(rates.map(([, rate]) => (rate - mean) ** 2)));
    const least = mean - rules.deviations * deviation;
    const told = (rate: number): string =>
      `${percent(rate)} of its calls succeeded, of the others' ${percent(mean)} on average`;
    return rates.filter(([, rate]) => rate < least).map(([candidate, rate]) => [candidate, told(rate)]);
  }

  #failing(): [Candidate, string][] {
    const rules = this.#rules.failurePercentage;
    if (rules === undefined || this.#tallies.size < rules.minEndpoints) return [];
    const outliers: [Candidate, string][] = [];
    for (const [candidate, tally] of this.#tallies) {
      const part = tally.failed / callsOf(tally);
      if (!isIn(tally, rules.minCalls) || part * 100 <= rules.threshold) continue;
      outliers.push([candidate, `${percent(part)} of its calls failed`]);
    }
    return outliers;
  }

  #tallyOf(candidate: Candidate): Tally {
    let tally = this.#tallies.get(candidate);
    if (tally === undefined)
      this.#tallies.set(candidate, (tally = { answered: 0, failed: 0, until: undefined, times: 0 }));
    return tally;
  }
}

function callsOf({ answered, failed }: Tally): number {
  return answered + failed;
}

/** Whether it has had enough calls; one that is left out is not judged by those that it still had. */
function isIn(tally: Tally, minCalls: number): boolean {
  return tally.until === undefined && callsOf(tally) >= minCalls;
}

function average(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}
