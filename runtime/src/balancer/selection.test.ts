import { describe, expect, test, vi } from "vitest";
import { newAttempt } from "../call-options.ts";
import { RpcError } from "../errors.ts";
import type { Balancer, CallInfo, Candidate, Picker } from "./balancer.ts";
import { outlierRules } from "./outlier-options.ts";
import {
  callMany,
  endpoint,
  failing,
  fleet,
  get,
  readyFleetWith,
  settled,
  snapshot,
  watchAll,
} from "./scripted-fleet.fixture.ts";

/** How far the test has moved the clock on. */
let skipped = 0;
vi.mock("../clock.ts", () => ({ now: () => skipped }));

interface Watching {
  readonly balancer: Balancer;
  readonly picks: { readonly candidates: readonly Candidate[]; readonly call: CallInfo }[];
  readonly ends: [id: string, ms: number | undefined, outcome: string][];
}

/** A balancer that takes the first, or what it is told to, and keeps what it saw. */
function watching(pick: Picker["pick"] = () => 0): Watching {
  const picks: Watching["picks"] = [];
  const ends: Watching["ends"] = [];
  const picker: Picker = {
    pick(candidates, call) {
      picks.push({ candidates, call });
      return pick(candidates, call);
    },
    done: ({ endpoint: { id } }, ms, outcome) => void ends.push([id, ms, outcome]),
  };
  return { balancer: { name: "watching", picker: () => picker }, picks, ends };
}

describe("what a balancer sees", () => {
  test("the call, and the same list until it changes", async () => {
    const { balancer, picks } = watching();
    const all = await readyFleetWith({ balancer }, "a", "b");
    await all.channel.unary(get, "r");
    await all.channel.unary(get, "s");
    expect(picks.map(({ call }) => [call.method, call.request])).toEqual([
      [get, "r"],
      [get, "s"],
    ]);
    expect(picks[0]!.candidates).toBe(picks[0]!.call.all);
    expect(picks[1]!.candidates).toBe(picks[0]!.candidates);
    // Somebody else's dials change nothing.
    await all.resolver.say({ kind: "insert", endpoint: endpoint("c") });
    all.at("c").become("failed", "refused");
    await all.call();
    expect(picks[2]!.candidates).toBe(picks[0]!.candidates);
    await all.resolver.say({ kind: "update", endpoint: endpoint("b", { weight: 7 }) });
    await all.call();
    expect(picks[3]!.candidates).not.toBe(picks[0]!.candidates);
    expect(picks[3]!.candidates[1]).toBe(picks[0]!.candidates[1]);
    expect(picks[3]!.candidates[1]!.endpoint.weight).toBe(7);
  });

  test("of a further attempt, those where it has not been, and all", async () => {
    const { balancer, picks } = watching();
    const all = await readyFleetWith({ balancer }, "a", "b", "c");
    const ids = (list: readonly Candidate[]): string[] => list.map(({ endpoint: { id } }) => id);
    await all.call({ attempt: newAttempt(0, new Set(["tcp://b:1"])) });
    expect(ids(picks[0]!.candidates)).toEqual(["a", "c"]);
    expect(ids(picks[0]!.call.all)).toEqual(["a", "b", "c"]);
    await all.call({ attempt: newAttempt(0, new Set(["tcp://elsewhere:1"])) });
    expect(picks[1]!.candidates).toBe(picks[1]!.call.all);
  });

  test("the request of a call that waited, and of a stream from the server", async () => {
    const { balancer, picks } = watching();
    const all = fleet({ balancer });
    const call = all.channel.unary(get, "early");
    await all.resolver.say(snapshot("a"));
    all.at("a").become("ready");
    await call;
    await all.channel.stream(watchAll, ["x"]).only();
    expect(picks.map(({ call: { request } }) => request)).toEqual(["early", "x"]);
  });
});

describe("how calls ended", () => {
  test("is told of each unary call, with its time", async () => {
    const { balancer, ends } = watching();
    const all = await readyFleetWith({ balancer }, "a");
    const taking = (ms: number, then: () => Promise<string>) => (): Promise<string> => {
      skipped += ms;
      return then();
    };
    const outcomes = [
      taking(5, () => Promise.resolve("x")),
      taking(7, failing("INTERNAL", "yes")),
      taking(9, failing("NOT_FOUND", "yes")),
      taking(11, failing("CANCELLED", "yes")),
      taking(13, () => Promise.reject(new TypeError("a bug"))),
    ];
    for (const script of outcomes) {
      all.at("a").script = script;
      await all.call().catch(() => {});
    }
    expect(ends).toEqual([
      ["a", 5, "answered"],
      ["a", 7, "failed"],
      ["a", 9, "answered"],
      ["a", 11, "cancelled"],
      ["a", 13, "failed"],
    ]);
  });

  test("is told of no time below 0: an answer may come in the chunk of what its call followed from", async () => {
    const { balancer, ends } = watching();
    const all = await readyFleetWith({ balancer }, "a");
    all.at("a").script = async () => {
      skipped -= 5;
      return "x";
    };
    await all.call();
    expect(ends).toEqual([["a", 0, "answered"]]);
  });

  test("is told of each stream at its first answer or its end, without a time", async () => {
    const { balancer, ends } = watching();
    const all = await readyFleetWith({ balancer }, "a");
    const stream = (requests: string[]): AsyncIterator<string> =>
      all.channel.stream(watchAll, requests)[Symbol.asyncIterator]();
    const open = stream(["x", "y"]);
    await open.next();
    expect(ends).toEqual([["a", undefined, "answered"]]);
    await open.next();
    await open.next();
    expect(ends).toHaveLength(1);
    await stream([]).next();
    expect(ends[1]).toEqual(["a", undefined, "answered"]);
    const scripts = [
      failing("INTERNAL", "yes"),
      failing("NOT_FOUND", "yes"),
      failing("CANCELLED", "yes"),
      // A subscription may be quiet for as long as nothing happens.
      failing("DEADLINE_EXCEEDED", "maybe"),
    ];
    for (const script of scripts) {
      all.at("a").script = script;
      await stream(["x"])
        .next()
        .catch(() => {});
    }
    expect(ends.slice(2).map(([, , outcome]) => outcome)).toEqual([
      "failed",
      "answered",
      "cancelled",
      "cancelled",
    ]);
  });

  test("is told of a stream once, whatever comes after its first answer", async () => {
    const { balancer, ends } = watching();
    const all = await readyFleetWith({ balancer }, "a");
    let answered = 0;
    all.at("a").asksFirst = true;
    all.at("a").script = () => (answered++ === 0 ? Promise.resolve("x") : failing("INTERNAL", "yes")());
    const open = all.channel.stream(watchAll, ["x", "y"])[Symbol.asyncIterator]();
    await open.next();
    await expect(open.next()).rejects.toThrow("gone");
    expect(ends).toEqual([["a", undefined, "answered"]]);
  });

  test("is told of a stream that is left before its first answer, and of each endpoint that one went to", async () => {
    const { balancer, ends } = watching();
    const all = await readyFleetWith({ balancer }, "a", "b");
    let end!: () => void;
    all.at("a").script = () => new Promise((resolve) => (end = () => resolve("")));
    const left = all.channel.stream(watchAll, [])[Symbol.asyncIterator]();
    const first = left.next();
    await settled();
    const leaving = left.return?.();
    end();
    await Promise.all([first, leaving]);
    expect(ends).toEqual([["a", undefined, "cancelled"]]);
    all.at("a").script = failing("UNAVAILABLE", "no");
    await all.channel.stream(watchAll, ["x"]).only();
    expect(ends.slice(1)).toEqual([
      ["a", undefined, "failed"],
      ["b", undefined, "answered"],
    ]);
  });

  test("is told of every endpoint that a call went to, and of one that waited", async () => {
    const { balancer, ends } = watching();
    const all = await readyFleetWith({ balancer }, "a", "b");
    all.at("a").script = failing("UNAVAILABLE", "no");
    expect(await all.call()).toBe("b");
    expect(ends.map(([id, , outcome]) => [id, outcome])).toEqual([
      ["a", "failed"],
      ["b", "answered"],
    ]);
  });

  test("a balancer that fails there fails the call", async () => {
    const broken = watching();
    const picker = {
      ...broken.balancer.picker(Math.random, () => 0),
      done: () => expect.fail("out of order"),
    };
    const all = await readyFleetWith({ balancer: { ...broken.balancer, picker: () => picker } }, "a");
    await expect(all.call()).rejects.toThrow("out of order");
    all.at("a").script = failing("NOT_FOUND", "yes");
    await expect(all.call()).rejects.toThrow("out of order");
  });

  test("an option that cannot be meant ends the call that began", async () => {
    const { balancer, ends } = watching();
    const all = await readyFleetWith({ balancer }, "a");
    all.at("a").start = () => {
      throw new RangeError("timeout");
    };
    await expect(all.call()).rejects.toThrow(RangeError);
    expect(ends).toHaveLength(1);
  });
});

test("reads the same time as long as it looks at one call", async () => {
  let read: () => number = () => NaN;
  const times: number[] = [];
  const picker: Picker = {
    pick: () => (times.push(read(), (skipped++, read())), 0),
    done: () => void times.push(read(), (skipped++, read())),
  };
  const balancer: Balancer = { name: "clock", picker: (_random, now) => ((read = now), picker) };
  const all = await readyFleetWith({ balancer }, "a");
  const before = skipped;
  await all.call();
  expect(times).toEqual([before, before, before + 1, before + 1]);
  expect(read()).toBe(skipped);
});

describe("a balancer that fails", () => {
  const failures: [string, Picker["pick"]][] = [
    ["it picked 2 of 2 endpoints", () => 2],
    ["it picked -1 of 2 endpoints", () => -1],
    ["it picked NaN of 2 endpoints", () => Number.NaN],
    [
      "there is no key",
      () => {
        throw new Error("there is no key");
      },
    ],
  ];
  test.each(failures)("fails the call: %s", async (text, pick) => {
    const all = await readyFleetWith(watching(pick), "a", "b");
    await expect(all.call()).rejects.toMatchObject({
      code: "INTERNAL",
      sent: "no",
      message: `/t.S/Get at orders (test): the balancer "watching" failed: ${text}`,
    });
    await expect(all.channel.stream(watchAll, ["x"]).only()).rejects.toThrow(text);
  });

  test("fails no other call, and the channel goes on", async () => {
    const { balancer } = watching((_candidates, { request }) => {
      if (request === "bad") throw new Error("no");
      return 0;
    });
    const all = fleet({ balancer });
    const calls = ["good", "bad", "good"].map((request) => all.channel.unary(get, request));
    await all.resolver.say(snapshot("a"));
    all.at("a").become("ready");
    const settled = await Promise.allSettled(calls);
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(all.resolver.watches).toBe(1);
    await all.channel.close();
  });
});

describe("outlier ejection", () => {
  const ids = ["a", "b", "c", "d", "e"];

  test("leaves out who fails, says so, and takes it in again", async () => {
    const warn = vi.fn();
    const all = await readyFleetWith({ outlierRules: outlierRules(), logger: { warn, error: warn } }, ...ids);
    all.at("c").script = failing("INTERNAL", "yes");
    const some = (count: number): Promise<PromiseSettledResult<string>[]> =>
      Promise.allSettled(Array.from({ length: count }, () => all.call()));
    await some(600);
    expect(warn).not.toHaveBeenCalled();
    skipped += 10_000;
    await some(1);
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      "an endpoint is left out for 30000 ms: 100 % of its calls failed",
      { endpoint: endpoint("c") },
    );
    expect(new Set(await callMany(all, 8))).toEqual(new Set(["a", "b", "d", "e"]));
    all.at("c").script = undefined;
    for (let i = 0; i < 4; i++) {
      skipped += 10_001;
      await some(1);
    }
    expect(new Set(await callMany(all, 10))).toEqual(new Set(ids));
  });

  test("uses who is left out when nobody else is there", async () => {
    const all = await readyFleetWith({ outlierRules: outlierRules() }, ...ids);
    all.at("c").script = failing("INTERNAL", "yes");
    await Promise.allSettled(Array.from({ length: 600 }, () => all.call()));
    skipped += 10_000;
    await all.call().catch(() => {});
    all.at("c").script = undefined;
    for (const id of ids) if (id !== "c") all.at(id).become("failed", "lost");
    expect(await all.call()).toBe("c");
    all.at("a").become("ready");
    expect(await callMany(all, 3)).toEqual(["a", "a", "a"]);
  });

  test("nobody is left out where it is not asked for", async () => {
    const all = await readyFleetWith({}, ...ids);
    all.at("c").script = failing("INTERNAL", "yes");
    await Promise.allSettled(Array.from({ length: 600 }, () => all.call()));
    skipped += 10_000;
    const settled = await Promise.allSettled(Array.from({ length: 10 }, () => all.call()));
    expect(settled.filter(({ status }) => status === "rejected")).toHaveLength(2);
    expect(settled.find(({ status }) => status === "rejected")).toMatchObject({
      reason: expect.any(RpcError) as RpcError,
    });
  });
});
