import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Registered } from "./endpoint.ts";
import { KnownEndpoints } from "./known-endpoints.ts";
import type { WatchLine } from "./protocol.ts";
import type { EndpointChange } from "./resolver.ts";

const ttl = 1_000;

function registered(id: string): Registered {
  return { endpoint: { id, address: `tcp://${id}:1` }, ttl };
}

function snapshot(...ids: string[]): WatchLine {
  return { kind: "snapshot", endpoints: ids.map(registered), keepalive: 1 };
}

function insert(id: string): WatchLine {
  return { kind: "insert", endpoint: registered(id) };
}

function gone(id: string, reason: "withdrawn" | "expired"): WatchLine {
  return { kind: "remove", id, reason };
}

/** Plays lines and keeps what someone who listens would believe. */
class Listener {
  readonly known: KnownEndpoints;
  readonly believed = new Set<string>();

  constructor(most = 100) {
    this.known = new KnownEndpoints(most);
  }

  say(line: WatchLine, now = 0): string[] {
    return this.#hear(this.known.apply(line, now));
  }

  settle(now: number): string[] {
    return this.#hear(this.known.settle(now));
  }

  #hear(changes: readonly EndpointChange[]): string[] {
    for (const change of changes) {
      if (change.kind === "remove") this.believed.delete(change.id);
      else if (change.kind !== "snapshot") this.believed.add(change.endpoint.id);
      else {
        this.believed.clear();
        for (const { id } of change.endpoints) this.believed.add(id);
      }
    }
    return [...this.believed].sort();
  }
}

function listener(...ids: string[]): Listener {
  const made = new Listener();
  made.say(snapshot(...ids));
  return made;
}

describe("what is passed on as it is said", () => {
  test("a snapshot, inserts, updates and withdrawals", () => {
    const { known } = listener("a");
    expect(known.apply(insert("b"), 0)).toMatchObject([{ kind: "insert", endpoint: { id: "b" } }]);
    expect(known.apply(insert("b"), 0)).toMatchObject([{ kind: "update", endpoint: { id: "b" } }]);
    expect(known.apply(gone("b", "withdrawn"), 0)).toEqual([
      { kind: "remove", id: "b", reason: "withdrawn" },
    ]);
    expect(known.apply({ kind: "keepalive" }, 0)).toEqual([]);
  });

  test("any number of withdrawals, down to none", () => {
    const all = listener("a", "b", "c");
    for (const id of ["a", "b", "c"]) all.say(gone(id, "withdrawn"));
    expect(all.believed.size).toBe(0);
  });

  test("a minority that expires", () => {
    const all = listener("a", "b", "c", "d");
    expect(all.say(gone("a", "expired"))).toEqual(["b", "c", "d"]);
    expect(all.say(gone("b", "expired"))).toEqual(["c", "d"]);
  });

  test("not the removal of what nobody knew", () => {
    const { known } = listener("a");
    expect(known.apply(gone("x", "expired"), 0)).toEqual([]);
    expect(known.apply(gone("x", "withdrawn"), 0)).toEqual([]);
  });
});

describe("the panic threshold", () => {
  test("more than half within their time to live are kept, also those that were let go before", () => {
    const all = listener("a", "b", "c");
    expect(all.say(gone("a", "expired"), 0)).toEqual(["b", "c"]);
    expect(all.say(gone("b", "expired"), ttl - 1)).toEqual(["a", "b", "c"]);
    expect(all.say(gone("c", "expired"), ttl - 1)).toEqual(["a", "b", "c"]);
  });

  test("the same, one after the other, is no panic", () => {
    const all = listener("a", "b", "c");
    all.say(gone("a", "expired"), 0);
    expect(all.say(gone("b", "expired"), ttl)).toEqual(["c"]);
  });

  test("the only one is kept", () => {
    expect(listener("a").say(gone("a", "expired"))).toEqual(["a"]);
  });

  test("withdrawals do not count towards it", () => {
    const all = listener("a", "b", "c", "d");
    all.say(gone("a", "withdrawn"));
    all.say(gone("b", "withdrawn"));
    expect(all.say(gone("c", "expired"))).toEqual(["d"]);
  });

  test("who is kept can still withdraw", () => {
    const all = listener("a");
    all.say(gone("a", "expired"));
    expect(all.say(gone("a", "withdrawn"))).toEqual([]);
  });

  test("who is kept goes when half of all are alive and its time to live is over", () => {
    const all = listener("a", "b");
    all.say(gone("a", "expired"), 0);
    all.say(gone("b", "expired"), 0);
    expect(all.known.due).toBe(Infinity);
    all.say(insert("c"), 10);
    expect(all.settle(10 * ttl)).toEqual(["a", "b", "c"]);
    expect(all.say(insert("d"), 20)).toEqual(["a", "b", "c", "d"]);
    expect(all.known.due).toBe(ttl);
    expect(all.settle(ttl - 1)).toEqual(["a", "b", "c", "d"]);
    expect(all.settle(ttl)).toEqual(["c", "d"]);
    expect(all.known.due).toBe(Infinity);
  });

  test("who is kept and comes back is alive", () => {
    const all = listener("a");
    all.say(gone("a", "expired"), 0);
    expect(all.say(insert("a"), 1)).toEqual(["a"]);
    expect(all.settle(10 * ttl)).toEqual(["a"]);
  });
});

describe("a snapshot after an outage", () => {
  test("an empty one empties nobody", () => {
    const all = listener("a", "b", "c");
    expect(all.say(snapshot(), 5)).toEqual(["a", "b", "c"]);
    expect(all.settle(10 * ttl)).toEqual(["a", "b", "c"]);
  });

  test("who is missing has its time to live to come back, and goes then", () => {
    const all = listener("a", "b", "c");
    expect(all.say(snapshot("a", "b"), 5)).toEqual(["a", "b", "c"]);
    expect(all.known.due).toBe(5 + ttl);
    expect(all.settle(5 + ttl)).toEqual(["a", "b"]);
  });

  test("each outage gives who is missing its whole time again", () => {
    const all = listener("a", "b", "c");
    all.say(snapshot("a", "b"), 0);
    all.say(snapshot("a", "b"), ttl - 1);
    expect(all.settle(ttl)).toEqual(["a", "b", "c"]);
    expect(all.settle(2 * ttl)).toEqual(["a", "b"]);
  });

  test("who expires within its time to live after it has as long again to come back", () => {
    const all = listener("a", "b", "c", "d");
    all.say(snapshot("a", "b", "c", "d"), 5);
    expect(all.say(gone("a", "expired"), 5 + ttl - 1)).toEqual(["a", "b", "c", "d"]);
    expect(all.say(gone("b", "expired"), 5 + ttl - 1)).toEqual(["a", "b", "c", "d"]);
    expect(all.say(insert("b"), 6 + ttl)).toEqual(["a", "b", "c", "d"]);
    expect(all.known.due).toBe(5 + 2 * ttl - 1);
    expect(all.settle(5 + 2 * ttl - 1)).toEqual(["b", "c", "d"]);
  });

  test("later, who expires is gone at once; who says goodbye always is", () => {
    const all = listener("a", "b", "c", "d");
    all.say(snapshot("a", "b", "c", "d"), 5);
    expect(all.say(gone("a", "withdrawn"), 6)).toEqual(["b", "c", "d"]);
    expect(all.say(gone("b", "expired"), 5 + ttl)).toEqual(["c", "d"]);
  });

  test("the first one is after no outage", () => {
    const all = listener("a", "b");
    expect(all.say(gone("a", "expired"), 1)).toEqual(["b"]);
  });

  test("who was let go before an outage is not brought back by one that expires after it", () => {
    const all = listener("a", "b", "c", "d");
    all.say(gone("a", "expired"), 0);
    all.say(snapshot("b", "c", "d"), 1);
    expect(all.say(gone("b", "expired"), 2)).toEqual(["b", "c", "d"]);
  });
});

describe("who is kept is bounded", () => {
  test("where each snapshot lists others: the latest stay", () => {
    const all = new Listener(2);
    all.say(snapshot("a", "b"), 0);
    expect(all.say(snapshot("c"), 1)).toEqual(["a", "b", "c"]);
    expect(all.say(snapshot("d"), 2)).toEqual(["b", "c", "d"]);
    expect(all.known.size).toBe(1);
  });

  test("where others come and fall silent", () => {
    const all = new Listener(2);
    all.say(snapshot("a", "b"));
    for (const id of ["a", "b"]) all.say(gone(id, "expired"));
    all.say(insert("c"));
    expect(all.say(gone("c", "expired"))).toEqual(["b", "c"]);
  });
});

const ids = fc.constantFrom("a", "b", "c", "d", "e");
const lines = fc.oneof(
  fc.subarray(["a", "b", "c", "d", "e"]).map((some) => snapshot(...some)),
  ids.map(insert),
  fc
    .tuple(ids, fc.constantFrom("withdrawn" as const, "expired" as const))
    .map(([id, reason]) => gone(id, reason)),
);

test("whatever is said: nobody alive is missing, and silence alone empties nobody", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(lines, fc.nat(ttl))), (said) => {
      const all = new Listener(2);
      const alive = new Set<string>();
      let now = 0;
      for (const [line, pause] of said) {
        now += pause;
        const before = all.believed.size;
        all.say(line, now);
        if (line.kind === "snapshot") {
          alive.clear();
          for (const { endpoint } of line.endpoints) alive.add(endpoint.id);
        } else if (line.kind === "remove") alive.delete(line.id);
        else if (line.kind !== "keepalive") alive.add(line.endpoint.endpoint.id);
        for (const id of alive) expect(all.believed).toContain(id);
        expect(all.known.size).toBe(alive.size);
        expect(all.believed.size).toBeLessThanOrEqual(alive.size + 2);
        const withdrawn = line.kind === "remove" && line.reason === "withdrawn";
        if (before > 0 && !withdrawn) expect(all.believed.size).toBeGreaterThan(0);
      }
    }),
  );
});
