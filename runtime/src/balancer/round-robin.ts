import type { Balancer } from "./balancer.ts";

/** One after the other, from a random start: callers that begin together do not all begin with the same server. */
export function roundRobin(): Balancer {
  return {
    name: "round robin",
    picker(random) {
      let next = Math.floor(random() * 0x4000_0000);
      return {
        pick(candidates) {
          const index = next % candidates.length;
          next = index + 1;
          return index;
        },
      };
    },
  };
}
