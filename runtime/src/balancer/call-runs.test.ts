import { describe, expect, test, vi } from "vitest";
import { newAttempt } from "../call-options.ts";
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

/** A fleet of two, each of which has lately answered four calls in a millisecond. */
async function busyFleet(balancer: Balancer): Promise<Fleet> {
  const all = await readyFleetWith({ balancer }, "a", "b");
  await callEvery(all, 0.125, 1_601);
  // What is made now begins a run of its own.
  time++;
  return all;
}

describe("calls that are made together", () => {
  test("go to one endpoint, as many as it has lately answered within a millisecond", async () => {
    const all = await busyFleet(inTurn);
    expect((await callMany(all, 16)).join("")).toMatch(/^(aaaabbbb){2}$|^(bbbbaaaa){2}$/);
  });

  test("are sixteen at most", async () => {
    const all = await readyFleetWith({ balancer: inTurn }, "a", "b");
    await callEvery(all, 0.01, 30_001);
    time++;
    expect((await callMany(all, 32)).join("")).toMatch(/^(a{16}b{16}|b{16}a{16})$/);
  });

  test("are those of a tenth of a millisecond", async () => {
    const all = await busyFleet(inTurn);
    const [first, second] = [await callMany(all, 2), ((time += 0.11), await callMany(all, 2))];
    expect(new Set(first).size).toBe(1);
    expect(new Set(second).size).toBe(1);
    expect(second[0]).not.toBe(first[0]);
  });

  test.each([
    ["each endpoint answers less than two in a millisecond", 0.3, 2_000, 0],
    ["nothing was asked for a while", 0.125, 1_601, 200],
  ])("are spread where %s", async (_what, ms, calls, pause) => {
    const all = await readyFleetWith({ balancer: inTurn }, "a", "b");
    await callEvery(all, ms, calls);
    time += 1 + pause;
    expect((await callMany(all, 4)).join("")).toMatch(/^(ab|ba){2}$/);
  });

  test("are spread by a balancer that wants to pick for each", async () => {
    const all = await busyFleet(roundRobin());
    expect((await callMany(all, 4)).join("")).toMatch(/^(ab|ba){2}$/);
  });

  test("follow none of another method, which may take longer", async () => {
    const all = await busyFleet(inTurn);
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
    const all = await busyFleet(inTurn);
    const streams = Array.from({ length: 4 }, () => all.channel.stream(watchAll, [""]).only());
    const names = await Promise.all(streams);
    expect(names.sort().join("")).toBe("aabb");
  });

  test("follow nobody to an endpoint that is gone, or where the call has been", async () => {
    const all = await busyFleet(inTurn);
    const [gone] = await callMany(all, 1);
    const other = gone === "a" ? "b" : "a";
    const avoid = new Set([endpoint(gone!).address]);
    expect(await all.call({ attempt: newAttempt(1, avoid) })).toBe(other);
    all.at(gone!).become("failed", "lost");
    expect(await callMany(all, 2)).toEqual([other, other]);
  });

  test("tell the attempt where it went", async () => {
    const all = await busyFleet(inTurn);
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
