import type { Balancer } from "@gorpc/runtime/balancer";
import { p2c, random } from "@gorpc/runtime/balancer";
import { describe, expect, test } from "vitest";
import { fleetOf } from "./fleet.ts";
import type { Figures } from "./figures.ts";
import type { Shape } from "./shape.ts";
import { Simulation } from "./simulation.ts";

/** One caller that knows all servers, and nothing on the way. */
const plain: Shape = {
  seed: "theory",
  servers: 200,
  clients: 1,
  known: 200,
  zones: 1,
  workers: 1,
  service: 10,
  utilization: 0.7,
  timeout: Infinity,
  clientUtilization: 0,
  near: 0,
  far: 0,
  warmUp: 5_000,
  measured: 20_000,
};

async function figuresOf(balancer: () => Balancer, more: Partial<Shape>): Promise<Figures> {
  const shape = { ...plain, ...more };
  const fleet = await fleetOf({ ...shape, known: shape.servers });
  return new Simulation(fleet, { name: "", balancer }).run();
}

/** How far a result may be from what theory says, as a part of it. */
function expectAbout(value: number, theory: number, part: number): void {
  expect(value).toBeGreaterThan(theory * (1 - part));
  expect(value).toBeLessThan(theory * (1 + part));
}

describe("calls at random are queues of their own", () => {
  test("with one worker: M/M/1, whose time in the system is exponential with mean 1 / (mu - lambda)", async () => {
    const { mean, p50, p99, calls } = await figuresOf(random, {});
    const theory = 10 / (1 - 0.7);
    // Daley's variance of the mean of successive waits (1968), four standard errors of it.
    const [rho, rest] = [0.7, 1 - 0.7];
    const variance = (100 * rho * (2 + 5 * rho - 4 * rho ** 2 + rho ** 3)) / rest ** 4;
    expectAbout(mean, theory, (4 * Math.sqrt(variance / calls)) / theory);
    expectAbout(p50, theory * Math.LN2, 0.05);
    expectAbout(p99, theory * Math.log(100), 0.08);
  }, 180_000);

  test("with four: M/M/4, by Erlang's formula", async () => {
    const { mean } = await figuresOf(random, { workers: 4, servers: 50, utilization: 0.8 });
    const offered = 4 * 0.8;
    const terms = [1, offered, offered ** 2 / 2, offered ** 3 / 6];
    const last = offered ** 4 / 24 / (1 - 0.8);
    const waits = last / (terms.reduce((sum, term) => sum + term, 0) + last);
    expectAbout(mean, 10 + (waits * 10) / (4 * (1 - 0.8)), 0.04);
  }, 180_000);
});

describe("the power of two choices", () => {
  /** Of so many calls that never end, to as many servers: how many each has. */
  async function loadsOf(balancer: () => Balancer, servers: number): Promise<readonly number[]> {
    const service = 1e12;
    const { callsByServer } = await figuresOf(balancer, {
      servers,
      service,
      utilization: service / 1_000,
      warmUp: 0,
      measured: 1_000,
    });
    return callsByServer;
  }

  test("bounds the most that a server has by log log n, where at random it is log n / log log n", async () => {
    const few = (await loadsOf(p2c, 500)).at(-1)!;
    const many = (await loadsOf(p2c, 20_000)).at(-1)!;
    const theory = Math.log(Math.log(20_000)) / Math.LN2;
    expect(Math.abs(many - theory)).toBeLessThan(1);
    expect(many - few).toBeLessThanOrEqual(1);
    expect((await loadsOf(random, 20_000)).at(-1)).toBeGreaterThan(theory + 2);
  }, 180_000);

  test("leaves as many servers with each number of calls as its differential equations say", async () => {
    const loads = await loadsOf(p2c, 20_000);
    const perServer = loads.reduce((sum, load) => sum + load, 0) / loads.length;
    for (const [i, theory] of fractions(perServer).entries()) {
      const part = loads.filter((load) => load > i).length / loads.length;
      // The loads make up for each other: they vary less than independent ones.
      const deviation = Math.sqrt((theory * (1 - theory)) / loads.length);
      expect(Math.abs(part - theory)).toBeLessThan(4 * deviation);
    }
  }, 180_000);

  /** The parts that have 1, 2 and 3 calls or more, after so many per server (Mitzenmacher 1996): ds_i/dt = s_(i-1)^2 - s_i^2. */
  function fractions(time: number): number[] {
    let parts = [1, 0, 0, 0];
    const steps = 10_000;
    for (let step = 0; step < steps; step++)
      parts = parts.map((part, i) =>
        i === 0 ? 1 : part + (time / steps) * (parts[i - 1]! ** 2 - part ** 2),
      );
    return parts.slice(1);
  }

  test("keeps lines short: the mean of the supermarket model", async () => {
    const { mean } = await figuresOf(p2c, { servers: 300, utilization: 0.9, warmUp: 2_000, measured: 6_000 });
    let theory = 0;
    for (let i = 1; i < 10; i++) theory += 10 * 0.9 ** (2 ** i - 2);
    // At random it would be 100.
    expectAbout(mean, theory, 0.03);
  }, 180_000);
});
