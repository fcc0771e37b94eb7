import { checkTime } from "../limits.ts";
import { checkNames } from "../option-names.ts";
import type { Balancer, CallInfo, Candidate, Outcome, Picker } from "./balancer.ts";
import { AverageTime, ExpectedTime } from "./expected-time.ts";
import { PerKey } from "./per-key.ts";
import { PerList } from "./per-list.ts";
import { anotherThan, WeightedDraw } from "./weighted-draw.ts";

/** How `peakEwma` measures. */
export interface PeakEwmaOptions {
  /** How long a measurement counts, in ms: it loses two thirds of its weight in this time. @defaultValue 10 s */
  readonly decay?: number;
}

/**
 * Of two at random, who would answer sooner: by the time that its calls have taken lately and those that it has in flight for its
 * weight. A slow call counts at once and in full, fast ones little by little; the more of its calls fail, the longer it counts as
 * taking. Streams count by whether they fail before their first answer, and not by their time, which is that of what they stream.
 * What is not known, of a new endpoint or of one that had no calls for a while, counts as the average of all: it gets its share
 * until it answers. Counted as better than that, it would get the next calls of all callers at once.
 * @throws RangeError for a decay that is not above 0
 */
export function peakEwma(options: PeakEwmaOptions = {}): Balancer {
  checkNames("peakEwma()", { decay: true }, options);
  const decay = checkTime("decay", options.decay ?? 10_000);
  return { name: "peak EWMA", allowsRuns: true, picker: (random, now) => new PeakEwma(decay, random, now) };
}

/** Times this close are the same: among those that are alike, each gets its share, and weights are kept to. */
const noise = 1.1;

interface Listed {
  readonly draw: WeightedDraw;
  readonly times: readonly ExpectedTime[];
}

class PeakEwma implements Picker {
  readonly #random: () => number;
  readonly #now: () => number;
  readonly #times: PerKey<Candidate, ExpectedTime>;
  readonly #average: AverageTime;
  readonly #lists = new PerList((candidates) => this.#list(candidates));

  constructor(decay: number, random: () => number, now: () => number) {
    this.#times = new PerKey(() => new ExpectedTime(decay));
    this.#random = random;
    this.#now = now;
    this.#average = new AverageTime(decay);
  }

  pick(candidates: readonly Candidate[], call: CallInfo): number {
    const listed = this.#lists.of(candidates, call);
    const first = listed.draw.draw(this.#random);
    if (candidates.length === 1) return first;
    const second = anotherThan(first, candidates.length, this.#random);
    const time = this.#now();
    const wait = this.#wait(candidates, listed, first, time);
    return wait > noise * this.#wait(candidates, listed, second, time) ? second : first;
  }

  done(candidate: Candidate, ms: number | undefined, outcome: Outcome): void {
    const time = this.#now();
    const unknown = this.#average.ms;
    if (ms === undefined) return this.#times.of(candidate).recordUntimed(outcome, time, unknown);
    this.#times.of(candidate).record(ms, outcome, time, unknown);
    if (outcome === "answered") this.#average.record(ms, time);
  }

  /** How long a call there would take. */
  #wait(candidates: readonly Candidate[], { draw, times }: Listed, index: number, time: number): number {
    const queue = candidates[index]!.inFlight / draw.weights[index]!;
    return times[index]!.at(time, this.#average.ms) * (queue + 1);
  }

  #list(candidates: readonly Candidate[]): Listed {
    return {
      draw: new WeightedDraw(candidates),
      times: candidates.map((candidate) => this.#times.of(candidate)),
    };
  }
}
