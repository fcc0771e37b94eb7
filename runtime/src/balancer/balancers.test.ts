import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Balancer } from "./balancer.ts";
import { Bench, candidate, candidates, type FakeCandidate, seeded } from "./candidates.fixture.ts";
import { consistentHash } from "./consistent-hash.ts";
import { leastInFlight } from "./least-in-flight.ts";
import { maglev } from "./maglev.ts";
import { p2c } from "./p2c.ts";
import { peakEwma } from "./peak-ewma.ts";
import { random } from "./random.ts";
import { roundRobin } from "./round-robin.ts";
import { slowStart } from "./slow-start.ts";
import { weightedRoundRobin } from "./weighted-round-robin.ts";
import { zoneAware } from "./zone-aware.ts";

const byRequest = (request: number): number => request;
const all: readonly Balancer[] = [
  random(),
  roundRobin(),
  weightedRoundRobin(),
  leastInFlight(),
  p2c(),
  peakEwma(),
  consistentHash(byRequest),
  maglev(byRequest),
  zoneAware("a"),
  zoneAware("a", { balancer: leastInFlight(), capacity: 1 }),
  slowStart(weightedRoundRobin()),
];
const named = all.map((balancer) => [balancer.name, balancer] as const);

describe("round robin", () => {
  test("takes each in turn", () => {
    expect(new Bench(roundRobin(), () => 0).picks(candidates(3), 7)).toEqual([0, 1, 2, 0, 1, 2, 0]);
  });

  test("spreads exactly evenly", () => {
    expect(new Bench(roundRobin()).spread(candidates(7), 700)).toEqual(Array(7).fill(100));
  });

  test("callers do not all begin with the same one", () => {
    const numbers = seeded(1);
    const firsts = Array.from({ length: 100 }, () => new Bench(roundRobin(), numbers).pick(candidates(5)));
    expect(new Set(firsts).size).toBe(5);
  });

  test("stays within the list when it shrinks and reaches all when it grows", () => {
    const bench = new Bench(roundRobin(), () => 0.999_999_999);
    for (const count of [5, 1, 3, 2])
      expect(bench.spread(candidates(count), 10 * count)).toEqual(Array(count).fill(10));
  });
});

describe("random", () => {
  test("picks what the random number says, up to its bounds", () => {
    const pick = (number: number): number => new Bench(random(), () => number).pick(candidates(4));
    expect([0, 0.24, 0.25, 0.5, 0.75, 1 - Number.EPSILON].map(pick)).toEqual([0, 0, 1, 2, 3, 3]);
  });

  test("spreads about evenly", () => {
    const counts = new Bench(random(), seeded(7)).spread(candidates(10), 10_000);
    for (const count of counts) expect(count).toBeGreaterThan(880);
    for (const count of counts) expect(count).toBeLessThan(1_120);
  });
});

/** What happens to a fleet, and to calls. */
const event = fc.oneof(
  fc.record({ kind: fc.constant("pick" as const), request: fc.nat(50), avoid: fc.nat(7) }),
  fc.record({ kind: fc.constant("done" as const), of: fc.nat(19), ms: fc.nat(1_000), how: fc.nat(2) }),
  fc.record({ kind: fc.constant("join" as const), weight: fc.constantFrom(undefined, 0, 1, 5, 1e300, NaN) }),
  fc.record({ kind: fc.constant("leave" as const), of: fc.nat(19) }),
  fc.record({ kind: fc.constant("load" as const), of: fc.nat(19), load: fc.constantFrom(0, 0.5, 3) }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(1, 1_000, 1e6) }),
);

describe.each(named)("%s", (_name, balancer) => {
  test("picks one that is there, whatever comes and goes", () => {
    const scenario = (events: readonly (typeof event extends fc.Arbitrary<infer E> ? E : never)[]): void => {
      const bench = new Bench(balancer);
      let [count, list]: [number, readonly FakeCandidate[]] = [1, [candidate("0", { zone: "a" })]];
      const at = (index: number): FakeCandidate => list[index % list.length]!;
      for (const each of events) {
        switch (each.kind) {
          case "pick": {
            const rest = list.filter((_, i) => i % 8 !== each.avoid);
            const among = rest.length > 0 ? rest : list;
            const index = bench.pick(list, each.request, each.avoid === 7 ? list : among);
            const picked = (each.avoid === 7 ? list : among)[index];
            expect(picked).toBeDefined();
            picked!.inFlight++;
            break;
          }
          case "done":
            at(each.of).inFlight = Math.max(0, at(each.of).inFlight - 1);
            bench.done(at(each.of), each.ms, (["answered", "failed", "cancelled"] as const)[each.how]);
            break;
          case "join": {
            const [id, zone] = [`${count++}`, count % 2 === 0 ? "a" : "b"];
            list = [...list, candidate(id, { zone, weight: each.weight })];
            break;
          }
          case "leave":
            if (list.length > 1) list = list.filter((other) => other !== at(each.of));
            break;
          case "load":
            at(each.of).load = each.load;
            break;
          case "wait":
            bench.time += each.ms;
        }
      }
    };
    fc.assert(fc.property(fc.array(event, { maxLength: 60 }), scenario), { numRuns: 40 });
  }, 120_000);

  test("starves nobody while all are alike", () => {
    const bench = new Bench(balancer);
    const list = Array.from({ length: 9 }, (_, i) => candidate(`${i}`, { zone: "a" }));
    const counts = list.map(() => 0);
    for (let request = 0; request < 3_000; request++) {
      const index = bench.pick(list, request);
      counts[index]!++;
      bench.time++;
      bench.done(list[index]!, 1);
    }
    for (const count of counts) expect(count).toBeGreaterThan(3_000 / 9 / 2);
    for (const count of counts) expect(count).toBeLessThan((3_000 / 9) * 1.6);
  });

  test("the same numbers give the same picks", () => {
    const list = candidates(5);
    const run = (): number[] => {
      const bench = new Bench(balancer, seeded(3));
      return Array.from({ length: 50 }, (_, request) => bench.pick(list, request));
    };
    expect(run()).toEqual(run());
  });
});
