import { checkNames } from "../option-names.ts";
import type { Balancer, CallInfo, Candidate, Picker } from "./balancer.ts";
import { FailingPart } from "./expected-time.ts";
import { InFlightTotal } from "./in-flight-total.ts";
import { peakEwma } from "./peak-ewma.ts";
import { PerList } from "./per-list.ts";
import { totalOf, weightsOf } from "./weight.ts";

/** When `zoneAware` leaves the zone. */
export interface ZoneAwareOptions {
  /** How calls spread within the zone, and over the others. @defaultValue `peakEwma()` */
  readonly balancer?: Balancer;
  /**
   * How many calls in flight the zone's endpoints take of this channel, per unit of weight, before others are asked, above 0.
   * @defaultValue 100
   */
  readonly capacity?: number;
}

/** For how long, in ms, it is remembered how calls ended in a zone: it loses two thirds of its weight in this time. */
const memory = 10_000;
/** The part of the calls that finds out whether a zone where all fail is well again. */
const leastPart = 0.05;

/**
 * Calls stay in the zone while its endpoints have room, and what is more goes to those of other zones. Where more of the zone's calls fail than
 * of the others', twice the difference goes there too: a zone that is gone takes its own callers' calls until that is known. Where the zone
 * has no endpoint that takes calls, all go there; where nobody has room, the zone takes them.
 * @param zone - the caller's own, as servers announce theirs
 * @throws RangeError for a capacity that is not above 0
 */
export function zoneAware(zone: string, options: ZoneAwareOptions = {}): Balancer {
  checkNames("zoneAware()", { balancer: true, capacity: true }, options);
  const { balancer = peakEwma(), capacity = 100 } = options;
  if (!(capacity > 0)) throw new RangeError(`capacity is ${capacity}: it takes a number above 0`);
  return {
    name: `zone aware, ${balancer.name}`,
    picker(random, now) {
      const sideOf = (includes: (zone: string | undefined) => boolean): Side =>
        new Side(balancer.picker(random, now), capacity, includes, new FailingPart(memory, now));
      const near = sideOf((at) => at === zone);
      const far = sideOf((at) => at !== zone);
      return {
        pick(candidates, call) {
          const more = near.failing.part === 0 ? 0 : 2 * (near.failing.part - far.failing.part);
          const leaves = more > 0 && random() < Math.min(more, 1 - leastPart);
          const [first, second] = leaves ? [far, near] : [near, far];
          const index = first.pick(candidates, call, false) ?? second.pick(candidates, call, false);
          return index ?? near.pick(candidates, call, true) ?? far.pick(candidates, call, true)!;
        },
        done(candidate, ms, outcome) {
          const side = candidate.endpoint.zone === zone ? near : far;
          side.failing.record(outcome);
          side.picker.done?.(candidate, ms, outcome);
        },
      };
    },
  };
}

/** Some of a list, and where in the list they are. */
interface Part {
  readonly candidates: readonly Candidate[];
  readonly places: readonly number[];
  readonly weight: number;
}

/** The endpoints of the zone, or the others. */
class Side {
  readonly picker: Picker;
  readonly failing: FailingPart;
  readonly #capacity: number;
  readonly #parts: PerList<Part>;
  readonly #inFlight = new InFlightTotal();

  constructor(
    picker: Picker,
    capacity: number,
    includes: (zone: string | undefined) => boolean,
    failing: FailingPart,
  ) {
    this.picker = picker;
    this.failing = failing;
    this.#capacity = capacity;
    this.#parts = new PerList((list) => {
      const places = [...list.keys()].filter((i) => includes(list[i]!.endpoint.zone));
      const candidates = places.map((i) => list[i]!);
      return { candidates, places, weight: totalOf(weightsOf(candidates)) };
    });
  }

  /** Undefined where there is none, or none that has room. @param full - whether they need no room */
  pick(candidates: readonly Candidate[], call: CallInfo, full: boolean): number | undefined {
    const part = this.#parts.of(candidates, call);
    if (part.candidates.length === 0) return undefined;
    const { candidates: all, weight } = this.#parts.ofAll(call);
    if (!full && this.#inFlight.of(all) >= this.#capacity * weight) return undefined;
    const index = this.picker.pick(part.candidates, { method: call.method, request: call.request, all });
    return part.places[index];
  }
}
