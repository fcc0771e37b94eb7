import { describe, expect, test } from "vitest";
import type { Endpoint, EndpointChange, Resolver } from "../registry/resolver.ts";
import { subset } from "./subset.ts";

const endpoint = (id: string, more: Partial<Endpoint> = {}): Endpoint => ({
  id,
  address: `tcp://${id}:1`,
  ...more,
});
const fleet = (count: number): Endpoint[] => Array.from({ length: count }, (_, i) => endpoint(`e${i}`));

function saying(...changes: EndpointChange[]): Resolver {
  return {
    target: "orders (test)",
    lastError: new Error("away"),
    async *watch() {
      yield* changes;
    },
  };
}

async function partsOf(
  size: number,
  client: string | number,
  ...changes: EndpointChange[]
): Promise<Endpoint[][]> {
  const parts: Endpoint[][] = [];
  for await (const change of subset(saying(...changes), { size, client }).watch(
    new AbortController().signal,
  )) {
    if (change.kind !== "snapshot") throw new Error("a part is reported whole");
    parts.push([...change.endpoints]);
  }
  return parts;
}

const ids = (part: readonly Endpoint[] | undefined): Set<string> => new Set(part?.map(({ id }) => id));

describe("a subset", () => {
  const whole: EndpointChange = { kind: "snapshot", endpoints: fleet(100) };

  test("has so many, the same ones for the same client", async () => {
    const [part] = await partsOf(20, "a", whole);
    expect(ids(part).size).toBe(20);
    expect(await partsOf(20, "a", { ...whole, endpoints: fleet(100).reverse() })).toEqual([part]);
    expect(ids((await partsOf(20, "b", whole))[0])).not.toEqual(ids(part));
  });

  test("is all where there are no more", async () => {
    expect(ids((await partsOf(200, 1, whole))[0]).size).toBe(100);
    expect(await partsOf(3, 1, { kind: "snapshot", endpoints: [] })).toEqual([[]]);
  });

  test("gives every server about as many clients", async () => {
    const clients = new Map(fleet(100).map(({ id }) => [id, 0]));
    for (let client = 0; client < 500; client++)
      for (const { id } of (await partsOf(20, client, whole))[0]!) clients.set(id, clients.get(id)! + 1);
    // 100 each on average; chance alone makes 3 deviations, of 9 each, likely somewhere.
    for (const count of clients.values()) expect(Math.abs(count - 100)).toBeLessThan(40);
  });

  test("changes in one place when an endpoint goes or comes, and says nothing where that is not in it", async () => {
    const [first] = await partsOf(20, "a", whole);
    const inside = first![0]!;
    const outside = fleet(100).find(({ id }) => !ids(first).has(id))!;
    const gone = (id: string): EndpointChange => ({ kind: "remove", id, reason: "expired" });
    const parts = await partsOf(20, "a", whole, gone(outside.id), gone(inside.id), {
      kind: "insert",
      endpoint: inside,
    });
    expect(parts).toHaveLength(3);
    const kept = [...ids(parts[1])].filter((id) => ids(first).has(id));
    expect(kept).toHaveLength(19);
    expect(ids(parts[2])).toEqual(ids(first));
  });

  test("reports what changes of an endpoint in it", async () => {
    const [first] = await partsOf(20, "a", whole);
    const heavier = { ...first![3]!, weight: 9 };
    const parts = await partsOf(20, "a", whole, { kind: "update", endpoint: heavier });
    expect(parts[1]).toContain(heavier);
  });

  test("is called as what it is a part of", () => {
    const part = subset(saying(), { size: 1 });
    expect([part.target, part.lastError?.message]).toEqual(["orders (test)", "away"]);
  });

  test.each([0, 1.5, -1])("a size of %s is refused", (size) => {
    expect(() => subset(saying(), { size })).toThrow(`size is ${size}: it takes an integer above 0`);
  });
});
