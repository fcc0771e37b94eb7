import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { peakEwma } from "@gorpc/runtime/balancer";
import { beforeAll, describe, expect, test } from "vitest";
import { now } from "../../runtime/src/clock.ts";
import { sleep } from "../../runtime/src/timer.ts";
import { root, run } from "../run.ts";
import type { Figures } from "./figures.ts";
import { type Fleet, fleetOf } from "./fleet.ts";
import { readOptions } from "./options.ts";
import { policies, policiesByKey, type Policy } from "./policies.ts";
import { plotsOf, type Result, resultTable } from "./report.ts";
import { scenarios } from "./scenarios.ts";
import type { Shape } from "./shape.ts";
import { simulate } from "./simulate.ts";

/** A small one of many clients: each makes few calls, and knows its own alone. */
const small: Shape = {
  ...readOptions(["--quick", "--seed", "test"]).fleet,
  servers: 30,
  clients: 300,
  measured: 12_000,
};

let fleet: Fleet;
beforeAll(async () => {
  fleet = await fleetOf(small);
});

/** A scenario's figures by the balancer's name. */
async function figuresOf(name: string, balancers: readonly string[]): Promise<Record<string, Figures>> {
  const scenario = scenarios.find((each) => each.name === name)!;
  const chosen = policies.filter((policy) => balancers.includes(policy.name));
  expect(chosen).toHaveLength(balancers.length);
  return Object.fromEntries((await simulate(fleet, scenario, chosen)).figures);
}

describe("a simulation", () => {
  test("follows from its seed, and gives the clock back", async () => {
    const [steady] = scenarios;
    const some = policies.filter(({ name }) => name === "peakEwma");
    const one = await simulate(fleet, steady!, some);
    expect(await simulate(fleet, steady!, some)).toEqual(one);
    const other = await simulate(await fleetOf({ ...small, seed: "other" }), steady!, some);
    expect(other.figures[0]![1].callsByServer).not.toEqual(one.figures[0]![1].callsByServer);
    const before = now();
    await sleep(5, new AbortController().signal);
    expect(now()).toBeGreaterThan(before);
  }, 180_000);

  test("settles each call once, the same calls with every balancer", async () => {
    const hard = scenarios.find(({ name }) => name === "zone lost")!;
    const { figures } = await simulate(fleet, hard, policies);
    expect(figures.map(([name]) => name)).toEqual(policies.map(({ name }) => name));
    const expected = ((small.servers * small.workers * small.utilization) / small.service) * small.measured;
    for (const [name, each] of figures) {
      expect(each.calls, name).toBe(figures[0]![1].calls);
      expect(Math.abs(each.calls - expected), name).toBeLessThan(4 * Math.sqrt(expected));
      expect(each.p50 <= each.p99 && each.p99 <= each.p999 && each.p999 <= small.timeout, name).toBe(true);
      // The leases of those that are gone have expired.
      expect(each.failedBySecond.at(-1), name).toBeLessThan(0.02);
    }
  }, 180_000);

  test("a zone that is lost takes its own callers' calls with it only until they notice", async () => {
    const { random, peakEwma, ...more } = await figuresOf("zone lost", [
      "random",
      "peakEwma",
      "zoneAware(peakEwma)",
    ]);
    expect(peakEwma!.failed).toBeLessThan(0.8 * random!.failed);
    expect(more["zoneAware(peakEwma)"]!.failed).toBeLessThan(0.6 * random!.failed);
    expect(more["zoneAware(peakEwma)"]!.toOtherZones).toBeLessThan(0.5);
  }, 180_000);

  test("a rolling restart fails no call, and sends nobody to the same few", async () => {
    const { random, leastInFlight, peakEwma } = await figuresOf("rolling restart", [
      "random",
      "leastInFlight",
      "peakEwma",
    ]);
    for (const each of [random!, leastInFlight!, peakEwma!]) {
      expect(each.failed).toBe(0);
      expect(each.p99).toBeLessThan(1.15 * random!.p99);
      expect(each.busiest).toBeLessThan(1.5);
    }
  }, 180_000);

  test("who measures time avoids servers that are slow and that fail", async () => {
    const slow = await figuresOf("slow tenth", ["random", "peakEwma"]);
    expect(slow["peakEwma"]!.failed).toBeLessThan(0.4 * slow["random"]!.failed);
    const failing = await figuresOf("fails fast", ["random", "peakEwma"]);
    expect(failing["peakEwma"]!.failed).toBeLessThan(0.8 * failing["random"]!.failed);
    const cold = await figuresOf("cold caches", ["peakEwma", "slowStart(peakEwma)"]);
    expect(cold["slowStart(peakEwma)"]!.failed).toBeLessThan(0.7 * cold["peakEwma"]!.failed);
  }, 180_000);

  // The slow one takes five times as long also for those that follow each other there.
  test.each([
    ["steady", 1],
    ["slow tenth", 5],
  ])(
    "calls that follow each other to a server wait little for that: %s",
    async (name, ms) => {
      // One client of ten servers that each answer 12,000 calls a second and work on one at a time.
      const busy = {
        servers: 10,
        known: 10,
        clients: 1,
        zones: 1,
        workers: 1,
        service: 0.05,
        clientUtilization: 1,
      };
      const shape = { ...small, ...busy, warmUp: 300, measured: 1_000 };
      const policy = (allowsRuns: boolean): Policy => ({
        name: String(allowsRuns),
        balancer: () => ({ ...peakEwma(), allowsRuns }),
      });
      const scenario = scenarios.find((each) => each.name === name)!;
      const { figures } = await simulate(await fleetOf(shape), scenario, [policy(true), policy(false)]);
      const [together, apart] = figures.map(([, each]) => each);
      expect(together!.callsByServer).not.toEqual(apart!.callsByServer);
      expect(together!.p50).toBeLessThan(apart!.p50 + 0.5);
      expect(together!.p99).toBeLessThan(apart!.p99 + ms);
      if (name === "steady") expect(together!.busiest).toBeLessThan(1.1);
    },
    180_000,
  );

  test("balancers by key keep caches warm", async () => {
    const shape = { ...small, clients: 5, known: small.servers, seed: "keys" };
    const cold = scenarios.find(({ name }) => name === "cold caches")!;
    const { figures } = await simulate(await fleetOf(shape), cold, policiesByKey);
    const { consistentHash, maglev, p2c } = Object.fromEntries(figures);
    expect(consistentHash!.p99).toBeLessThan(p2c!.p99);
    expect(consistentHash!.busiest).toBeLessThan(maglev!.busiest);
  }, 180_000);
});

describe("the report", () => {
  test("has a row and a line for each balancer", () => {
    const figure: Figures = {
      calls: 10,
      failed: 0.125,
      toOtherZones: 0.5,
      mean: 1,
      p50: 1.234,
      p99: 20,
      p999: 1_000,
      spread: 0.1,
      busiest: 1.2,
      p99BySecond: [10, Number.NaN, 30],
      failedBySecond: [0, 0.5, 0],
      callsByServer: [1, 2, 3],
    };
    const result: Result = { scenario: scenarios[0]!, figures: [["a<b", figure]] };
    expect(resultTable(result)).toContain("| a<b      | 1.23 ms | 20.0 ms | 1,000 ms | 12.50 % | 10.0 % |");
    const plots = plotsOf(result, "fleet");
    expect([...plots.keys()]).toEqual([
      "fleet-steady-p99.svg",
      "fleet-steady-failed.svg",
      "fleet-steady-spread.svg",
    ]);
    for (const svg of plots.values()) {
      expect(svg).toContain("a&#60;b");
      expect(svg).not.toContain("NaN");
      expect(svg.match(/<polyline /g)).toHaveLength(1);
    }
  });

  test("an option that cannot be meant is refused by its name and range", () => {
    expect(() => readOptions(["--servers", "0"])).toThrow(
      "--servers is 0: it takes an integer from 1 to 10000",
    );
    expect(() => readOptions(["--clients", "2.5"])).toThrow("--clients is 2.5: it takes an integer");
    expect(() => readOptions(["--utilization", "x"])).toThrow("--utilization is x: it takes a number from");
    expect(() => readOptions(["--only", "flood"])).toThrow('there is no scenario "flood"');
    expect(() => readOptions(["--known", "1000"])).toThrow(
      "10000 clients that know 1000 servers each have 10000000 connections, and 500000 fit: lower --known",
    );
    expect(() => readOptions(["--balancer", "p2c"])).toThrow("--balancer");
    expect(readOptions(["--servers", "5"]).fleet.known).toBe(5);
    expect(readOptions(["--only", "zone lost"]).scenarios).toHaveLength(1);
  });

  test("the command prints it and writes the plots", async () => {
    const folder = await mkdtemp(join(tmpdir(), "simulate-"));
    try {
      const size = ["--servers", "5", "--clients", "10", "--clients-by-key", "2"];
      const output = await run(
        "npx",
        ["tsx", "test/simulate/main.ts", "--quick", "--only", "steady", ...size, "--plots", folder],
        { folder: root },
      );
      expect(output).toContain("5 servers, 10 clients, which know all of them");
      for (const { name } of [...policies, ...policiesByKey]) expect(output).toContain(`| ${name} `);
      const files = await readdir(folder);
      expect(files).toHaveLength(6);
      expect(await readFile(join(folder, files[0]!), "utf8")).toMatch(/^<svg [^]*<\/svg>\n$/);
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 180_000);
});
