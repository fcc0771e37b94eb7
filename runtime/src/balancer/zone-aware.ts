import type { Balancer, CallInfo, Candidate, Picker } from "./balancer.ts";
import { InFlightTotal } from "./in-flight-total.ts";
import { peakEwma } from "./peak-ewma.ts";
import { PerList } from "./per-list.ts";
import { totalOf, weightsOf } from "./weight.ts";

export interface ZoneAwareOptions {
  /** How calls spread within the zone, and over the others. @defaultValue `peakEwma()` */
  readonly balancer?: Balancer;
  /**
   * How many calls in flight the zone's endpoints take of this channel, per unit of weight, before others are asked, above 0.
   * @defaultValue 100
   */
  readonly capacity?: number;
}

/**
 * Calls stay in the zone while its endpoints have room, and what is more goes to those of other zones. Where the zone has no endpoint that
 * takes calls, all go there; where nobody has room, the zone takes them.
 * @param zone - the caller's own, as servers announce theirs
 * @throws RangeError for a capacity that is not above 0
 */
export function zoneAware(zone: string, options: ZoneAwareOptions = {}): Balancer {
  const { balancer = peakEwma(), capacity = 100 } = options;
  if (!(capacity > 0)) throw new RangeError(`capacity is ${capacity}: it takes a number above 0`);
  return {
    name: `zone aware, ${balancer.name}`,
    picker(random, now) {
      const near = new Side(balancer.picker(random, now), capacity, (at) => at === zone);
      const far = new Side(balancer.picker(random, now), capacity, (at) => at !== zone);
      const sideOf = ({ endpoint }: Candidate): Side => (endpoint.zone === zone ? near : far);
      const picker: Picker = {
        pick(candidates, call) {
          const index = near.pick(candidates, call, false) ?? far.pick(candidates, call, false);
          return index ?? near.pick(candidates, call, true) ?? far.pick(candidates, call, true)!;
        },
      };
      if (near.picker.done === undefined) return picker;
      return { ...picker, done: (candidate, ...how) => sideOf(candidate).picker.done!(candidate, ...how) };
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
  readonly #capacity: number;
  readonly #parts: PerList<Part>;
  readonly #inFlight = new InFlightTotal();

  constructor(picker: Picker, capacity: number, includes: (zone: string | undefined) => boolean) {
    this.picker = picker;
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
