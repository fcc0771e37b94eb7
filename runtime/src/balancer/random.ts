import type { Balancer } from "./balancer.ts";

/** Any of them, each as likely as the others. */
export function random(): Balancer {
  return {
    name: "random",
    picker: (random) => ({ pick: (candidates) => Math.floor(random() * candidates.length) }),
  };
}
