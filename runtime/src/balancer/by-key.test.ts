import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Balancer, Candidate } from "./balancer.ts";
import {
  Bench,
  callTo,
  candidate,
  candidates,
  type FakeCandidate,
  method,
  seeded,
  withWeights,
} from "./candidates.fixture.ts";
import { consistentHash } from "./consistent-hash.ts";
import { hashText } from "./hash.ts";
import { HashRing } from "./hash-ring.ts";
import { maglev } from "./maglev.ts";

const byRequest = (request: string | number): string | number => request;
const keys = Array.from({ length: 3_000 }, (_, i) => `customer-${i}`);
const ring = consistentHash(byRequest);
const table = maglev(byRequest);
const both = [ring, table].map((balancer) => [balancer.name, balancer] as const);

/** By key: the id of its endpoint. */
function owners(balancer: Balancer, list: readonly Candidate[]): string[] {
  const bench = new Bench(balancer);
  return keys.map((key) => list[bench.pick(list, key)]!.endpoint.id);
}

function shares(of: readonly string[], list: readonly Candidate[]): number[] {
  return list.map(({ endpoint }) => of.filter((id) => id === endpoint.id).length / of.length);
}

const ids = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 20 }), { minLength: 2, maxLength: 40 });
const named = (all: readonly string[]): FakeCandidate[] => all.map((id) => candidate(id));

describe.each(both)("%s", (_name, balancer) => {
  test("a key stays where it is", () => {
    expect(owners(balancer, candidates(10))).toEqual(owners(balancer, candidates(10)));
  });

  test("it is the same for every client, in whatever order it knows the endpoints", () => {
    const list = candidates(30);
    const random = seeded(8);
    const shuffled = [...list].sort(() => random() - 0.5);
    expect(owners(balancer, shuffled)).toEqual(owners(balancer, list));
  });

  test("shares are about even, and as weights say", () => {
    const equal = candidates(10);
    for (const share of shares(owners(balancer, equal), equal)) {
      expect(share).toBeGreaterThan(0.06);
      expect(share).toBeLessThan(0.14);
    }
    const list = withWeights(1, 1, 2, 4);
    const [a, b, c, d] = shares(owners(balancer, list), list);
    for (const light of [a, b]) expect(light).toBeCloseTo(1 / 8, 1);
    expect(c).toBeCloseTo(2 / 8, 1);
    expect(d).toBeCloseTo(4 / 8, 1);
  });

  test("calls without a key go anywhere", () => {
    const without = balancer.name === "maglev" ? maglev(() => undefined) : consistentHash(() => undefined);
    const counts = new Bench(without).spread(candidates(4), 400);
    for (const count of counts) expect(count).toBeGreaterThan(60);
  });

  test("numbers are keys too, and the method is there to tell them apart", () => {
    const told: unknown[] = [];
    const key = (request: number, of: unknown): number => (told.push(of), request);
    const own = balancer.name === "maglev" ? maglev(key) : consistentHash(key);
    const list = candidates(50);
    const bench = new Bench(own);
    expect(bench.pick(list, 77)).toBe(new Bench(balancer).pick(list, "77"));
    expect(told).toEqual([method]);
  });

  test("of a list of fewer it takes the key's own where that is among them, else another of them", () => {
    const list = candidates(8);
    const bench = new Bench(balancer);
    for (const key of keys.slice(0, 200)) {
      const own = list[bench.pick(list, key)]!;
      const rest = list.filter((other) => other !== own);
      expect(list.slice(2)).toContain(list.slice(2)[bench.pick(list, key, list.slice(2))]);
      const other = rest[bench.pick(list, key, rest)]!;
      expect(other).not.toBe(own);
      const some = [other, own];
      expect(some[bench.pick(list, key, some)]).toBe(own);
    }
  });
});

describe("consistent hash", () => {
  test("when one leaves, its keys alone move; when one comes, it takes keys and no other moves", () => {
    const property = (all: string[], at: number): void => {
      const left = all[at % all.length]!;
      const before = owners(ring, named(all));
      const after = owners(ring, named(all.filter((id) => id !== left)));
      for (const [i, owner] of before.entries())
        if (owner !== left) expect(after[i]).toBe(owner);
        else expect(after[i]).not.toBe(left);
      // Its share: some 1 / n, as even as 100 points make it.
      const moved = before.filter((owner) => owner === left).length / keys.length;
      expect(moved).toBeLessThan(1.6 / all.length + 0.02);
    };
    fc.assert(fc.property(ids, fc.nat(), property), { numRuns: 30 });
  }, 120_000);

  test("who is busier than its share passes calls on to the next, always the same", () => {
    const list = candidates(10);
    const bench = new Bench(ring);
    const own = bench.pick(list, "k");
    for (const each of list) each.inFlight = 4;
    expect(bench.pick(list.slice(), "k")).toBe(own);
    list[own]!.inFlight = 6;
    const all = list.slice();
    const next = bench.pick(all, "k");
    expect(next).not.toBe(own);
    const without = list.filter((_, i) => i !== own);
    expect(without[new Bench(ring).pick(without, "k")]).toBe(list[next]);
  });

  test("calls with one key alone are no more than a quarter above what is even", () => {
    const list = candidates(10);
    const bench = new Bench(ring);
    for (let i = 0; i < 1_000; i++) list[bench.pick(list, "hot")]!.inFlight++;
    expect(Math.max(...list.map(({ inFlight }) => inFlight))).toBeLessThanOrEqual(126);
  });

  test("without a load factor they stay where they are", () => {
    const list = candidates(10);
    const bench = new Bench(consistentHash(byRequest, { loadFactor: Infinity }));
    for (let i = 0; i < 1_000; i++) list[bench.pick(list, "hot")]!.inFlight++;
    expect(Math.max(...list.map(({ inFlight }) => inFlight))).toBe(1_000);
  });

  test("a weight bounds its points", () => {
    expect(new HashRing(withWeights(1e9, 1, 1e-9), 100).size).toBe(1_000 + 100 + 1);
  });

  test("the ring is in order, and every key finds the next point", () => {
    const small = new HashRing(named(["a", "b", "c"]), 2);
    const random = seeded(3);
    const found = Array.from({ length: 500 }, () => small.find(Math.floor(random() * 2 ** 32)));
    expect(new Set(found)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]));
    expect(small.owner(6)).toBe(small.owner(0));
    expect(small.find(0)).toBe(0);
    const places = Array.from({ length: 1_000 }, (_, i) => small.find((i * 2 ** 32) / 1_000));
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  test.each([
    [{ loadFactor: 1 }, "loadFactor is 1: it takes a number above 1"],
    [{ loadFactor: Number.NaN }, "loadFactor is NaN"],
    [{ points: 0 }, "points is 0: it takes an integer from 1 to 10000"],
    [{ points: 10_001 }, "points is 10001"],
  ])("%o is refused", (options, message) => {
    expect(() => consistentHash(byRequest, options)).toThrow(message);
  });
});

describe("maglev", () => {
  test("picks also where only those are left that have no slot beside a heavy one", () => {
    const bench = new Bench(maglev(byRequest));
    const list = withWeights(1e6, 1e-6, 1e-6);
    for (let key = 0; key < 20; key++) expect([0, 1]).toContain(bench.pick(list, key, list.slice(1)));
  });

  test("when one leaves, few keys of others move", () => {
    const list = candidates(20);
    const before = owners(table, list);
    const after = owners(table, list.slice(1));
    const others = before.filter((owner, i) => owner !== "0" && after[i] !== owner);
    expect(others.length / keys.length).toBeLessThan(0.04);
  });

  test("shares are more even than a ring's", () => {
    const list = candidates(50);
    const picker = table.picker(Math.random, () => 0);
    const counts = list.map(() => 0);
    for (let i = 0; i < 100_000; i++) counts[picker.pick(list, callTo(list, i))]!++;
    for (const count of counts) expect(Math.abs(count - 2_000)).toBeLessThan(220);
  });
});

describe("the hash", () => {
  test("is the same in every version: another one would move every key of a fleet that is being updated", () => {
    expect(["", "a", "b", "customer-1", "Grüße"].map((text) => hashText(text))).toMatchInlineSnapshot(`
      [
        2872998923,
        444641715,
        2193908274,
        3902211816,
        837503086,
      ]
    `);
  });

  test("spreads texts that differ little", () => {
    const buckets = new Array<number>(16).fill(0);
    for (let i = 0; i < 16_000; i++) buckets[hashText(`k${i}`) >>> 28]!++;
    for (const count of buckets) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });
});
