import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { newAttempt } from "../call-options.ts";
import { atOnce } from "../protocol/mux/output/turn-end.ts";
import { unary } from "../schema/service.ts";
import type { Balancer } from "./balancer.ts";
import { peakEwma } from "./peak-ewma.ts";
import { roundRobin } from "./round-robin.ts";
import { callMany, endpoint, type Fleet, readyFleetWith, text, watchAll } from "./scripted-fleet.fixture.ts";
import { slowStart } from "./slow-start.ts";

/** The time, which the tests move on. */
let time = 1_000;
vi.mock("../clock.ts", () => ({ now: () => time }));

const inTurn: Balancer = { ...roundRobin(), allowsRuns: true };

/** Makes a call and waits for its answer, so many times, each after so many ms. */
async function callEvery(all: Fleet, ms: number, calls: number): Promise<string[]> {
  const names: string[] = [];
  for (let i = 0; i < calls; i++) {
    time += ms;
    names.push(await all.call());
  }
  return names;
}

let letGo: () => void;
let held: Promise<string>;
beforeEach(() => {
  held = new Promise((resolve) => (letGo = () => resolve("held")));
});
afterEach(() => letGo());

interface Past {
  readonly balancer?: Balancer;
  /** Of the client's event loop. */
  readonly utilization?: number;
  /** Calls that wait for an answer. */
  readonly inFlight?: number;
  /** What each of the two has answered in a millisecond, for 200. */
  readonly rate?: number;
}

/** A fleet of two that a busy client calls. */
async function busyFleet(past: Past = {}): Promise<Fleet> {
  const { balancer = inTurn, utilization = 1, inFlight = 16, rate = 4 } = past;
  const all = await readyFleetWith({ balancer, watchLoop: () => () => utilization }, "a", "b");
  for (const name of ["a", "b"]) all.at(name).script = () => held.then((name) => name);
  void callMany(all, inFlight);
  for (const name of ["a", "b"]) all.at(name).script = undefined;
  await callEvery(all, 1 / (2 * rate), 200 * 2 * rate + 1);
  // What is made now begins a run of its own.
  time++;
  return all;
}

describe("calls that are made together", () => {
  test.each([
    ["as a quarter of those in flight", { inFlight: 16 }, 4],
    ["as it has lately answered in 4 ms, where the client is busy", { inFlight: 64, rate: 2 }, 8],
    ["as it has lately answered in 0.25 ms, where it is not", { utilization: 0, inFlight: 64, rate: 8 }, 2],
    ["as lies between, where it is half busy", { utilization: 0.6, inFlight: 128, rate: 4 }, 9],
    ["as 32", { inFlight: 1_000, rate: 64 }, 32],
  ] satisfies [string, Past, number][])("go to one endpoint, as many %s", async (_what, past, length) => {
    const all = await busyFleet(past);
    const names = (await callMany(all, 2 * length)).join("");
    expect(
      [`a{${length}}b{${length}}`, `b{${length}}a{${length}}`].some((runs) =>
        new RegExp(`^${runs}$`).test(names),
      ),
    ).toBe(true);
  });

  test("are those that leave together", async () => {
    const all = await busyFleet();
    const first = await callMany(all, 2);
    await new Promise<void>((resolve) => atOnce({ flush: resolve }));
    const second = await callMany(all, 2);
    expect([new Set(first).size, new Set(second).size]).toEqual([1, 1]);
    expect(second[0]).not.toBe(first[0]);
  });

  test("are those of a tenth of a millisecond", async () => {
    const all = await busyFleet();
    const [first, second] = [await callMany(all, 2), ((time += 0.11), await callMany(all, 2))];
    expect(new Set(first).size).toBe(1);
    expect(new Set(second).size).toBe(1);
    expect(second[0]).not.toBe(first[0]);
  });

  test("are spread where each endpoint answers less than two in the longest that a call may wait", async () => {
    const all = await busyFleet({ rate: 0.4 });
    expect((await callMany(all, 4)).join("")).toMatch(/^(ab|ba){2}$/);
  });

  test("are spread where nothing was asked for a while", async () => {
    const all = await busyFleet();
    time += 250;
    expect((await callMany(all, 4)).join("")).toMatch(/^(ab|ba){2}$/);
  });

  test("are fewer when endpoints answer fewer", async () => {
    const all = await busyFleet();
    await callEvery(all, 2, 200);
    expect((await callMany(all, 4)).join("")).toMatch(/^(ab|ba){2}$/);
  });

  test("are spread by a balancer that wants to pick for each", async () => {
    const all = await busyFleet({ balancer: roundRobin() });
    expect((await callMany(all, 4)).join("")).toMatch(/^(ab|ba){2}$/);
  });

  test("are fewer where the endpoint weighs less than the others", async () => {
    const all = await busyFleet();
    await all.resolver.say({ kind: "update", endpoint: endpoint("a", { weight: 0.5 }) });
    await all.resolver.say({ kind: "update", endpoint: endpoint("b", { weight: 1.5 }) });
    expect((await callMany(all, 12)).join("")).toMatch(/^(aabbbb){2}$|^(bbbbaa){2}$/);
  });

  test("follow none of another method, which may take longer", async () => {
    const all = await busyFleet();
    const slow = unary<string, string>(
      "Slow",
      () => text,
      () => text,
    )("t.S", "slow");
    const [first] = await callMany(all, 1);
    const names = [await all.channel.unary(slow, ""), await all.channel.unary(slow, "")];
    expect(new Set(names).size).toBe(2);
    // The run that was on goes on.
    expect(await callMany(all, 3)).toEqual([first, first, first]);
  });

  test("follow none where they are streams, which may last", async () => {
    const all = await busyFleet();
    const streams = Array.from({ length: 4 }, () => all.channel.stream(watchAll, [""]).only());
    const names = await Promise.all(streams);
    expect(names.sort().join("")).toBe("aabb");
  });

  test("follow nobody to an endpoint that is gone, or where the call has been", async () => {
    const all = await busyFleet();
    const [gone] = await callMany(all, 1);
    const other = gone === "a" ? "b" : "a";
    const avoid = new Set([endpoint(gone!).address]);
    expect(await all.call({ attempt: newAttempt(1, avoid) })).toBe(other);
    all.at(gone!).become("failed", "lost");
    expect(await callMany(all, 2)).toEqual([other, other]);
  });

  test("tell the attempt where it went", async () => {
    const all = await busyFleet();
    const attempts = [newAttempt(0, new Set()), newAttempt(0, new Set())];
    const names = await Promise.all(attempts.map((attempt) => all.call({ attempt })));
    expect(attempts.map((attempt) => attempt.endpoint)).toEqual(names);
    expect(names[1]).toBe(names[0]);
  });
});

test.each([peakEwma(), slowStart(peakEwma())])("$name allows runs", ({ allowsRuns }) => {
  expect(allowsRuns).toBe(true);
});

test("a slow start of a balancer that wants to pick for each allows none", () => {
  expect(slowStart(roundRobin()).allowsRuns).toBe(false);
});
