import type { Fleet } from "./fleet.ts";
import type { Policy } from "./policies.ts";
import type { Result } from "./report.ts";
import type { Scenario } from "./scenarios.ts";
import { Simulation } from "./simulation.ts";

/** The scenario with each policy, one after the other, in fleets that are alike to the last call. */
export async function simulate(
  fleet: Fleet,
  scenario: Scenario,
  policies: readonly Policy[],
): Promise<Result> {
  const figures: Result["figures"][number][] = [];
  for (const policy of policies) {
    const simulation = new Simulation(fleet, policy);
    scenario.plan(simulation);
    figures.push([policy.name, await simulation.run()]);
  }
  return { scenario, figures };
}
