import { describe, expect, test, vi } from "vitest";
import { type Attempt, boundAttempt, newAttempt } from "../call-options.ts";
import type { StatefulChannel } from "../client/channel.ts";
import { recordCall, RpcError, type Sent, type StatusCode } from "../errors.ts";
import { detach, runInside } from "../propagation.ts";
import type { Endpoint } from "../registry/resolver.ts";
import { unary } from "../schema/service.ts";
import {
  callMany,
  endpoint,
  failing,
  type Fleet,
  fleet,
  readyFleet,
  remove,
  Scripted,
  settled,
  snapshot,
  text,
  watchAll,
} from "./scripted-fleet.fixture.ts";

/** How far the test has moved the clock on. */
let skipped = 0;
vi.mock("../clock.ts", () => ({ now: () => performance.now() + skipped }));
const { now } = await import("../clock.ts");

describe("spreading", () => {
  test("over all that are ready, connected from the start", async () => {
    const all = await readyFleet("a", "b", "c");
    expect(await callMany(all, 6)).toEqual(["a", "b", "c", "a", "b", "c"]);
    expect(all.at("a").dials).toBe(1);
  });

  test("hands the caller's options on as they are", async () => {
    const all = await readyFleet("a");
    const options = { timeout: 77 };
    await all.call(options);
    expect(all.at("a").calls[0]).toBe(options);
  });

  test("skips who is lost or refused until its channel is ready again", async () => {
    const all = await readyFleet("a", "b", "c");
    all.at("b").become("failed", "lost");
    expect(await callMany(all, 4)).not.toContain("b");
    all.at("b").become("connecting");
    expect(await callMany(all, 4)).not.toContain("b");
    all.at("b").become("ready");
    expect(await callMany(all, 6)).toContain("b");
  });

  test("a channel that went idle is connected again", async () => {
    const all = await readyFleet("a", "b");
    all.at("a").become("idle");
    expect(all.at("a").dials).toBe(2);
  });
});

describe("a call made inside another", () => {
  test("that moves on to another endpoint still ends with it", async () => {
    const all = await readyFleet("a");
    const stop = new AbortController();
    const enclosing = { deadline: Infinity, signal: stop.signal };
    let fail = (): void => expect.fail("the call was not sent");
    all.at("a").start = (_method, _request, _options, _resolve, reject) => {
      const error = new RpcError("UNAVAILABLE", "gone", { sent: "no", prefix: "x" });
      const record = { address: "tcp://a:1", started: now(), deadline: Infinity, enclosing };
      recordCall(error, record);
      all.at("a").become("connecting");
      fail = () => reject(error);
    };
    await all.resolver.say(snapshot("a", "b"));
    const call = runInside(enclosing, () => all.call());
    // As a connection does it: outside of any call.
    detach(() => fail());
    await settled();
    stop.abort();
    await expect(call).rejects.toMatchObject({ code: "CANCELLED", rawMessage: "the enclosing call ended" });
  });
});

describe("endpoints that come and go", () => {
  test("a new one takes part once it is ready", async () => {
    const all = await readyFleet("a");
    await all.resolver.say({ kind: "insert", endpoint: endpoint("b") });
    expect(await callMany(all, 2)).toEqual(["a", "a"]);
    all.at("b").become("ready");
    expect(new Set(await callMany(all, 2))).toEqual(new Set(["a", "b"]));
  });

  test("a removed one takes no more calls, finishes those that it has, and closes", async () => {
    const all = await readyFleet("a", "b");
    const a = all.at("a");
    let answer = (_text: string): void => {};
    a.script = () => new Promise((resolve) => (answer = resolve));
    const held = all.call();
    await all.resolver.say(remove("a"));
    expect(await callMany(all, 3)).toEqual(["b", "b", "b"]);
    expect(a.closed).toBe(false);
    answer("late");
    expect(await held).toBe("late");
    await settled();
    expect(a.closed).toBe(true);
  });

  test("a snapshot keeps the connections of who remains", async () => {
    const all = await readyFleet("a", "b");
    const b = all.at("b");
    await all.resolver.say(snapshot("b", "c"));
    expect(all.at("a").closed).toBe(true);
    expect(all.at("b")).toBe(b);
    expect(await all.call()).toBe("b");
  });

  test("an update keeps the connection, unless the address changes", async () => {
    const all = await readyFleet("a");
    const first = all.at("a");
    await all.resolver.say({ kind: "update", endpoint: endpoint("a", { weight: 3 }) });
    expect(all.opened.size).toBe(1);
    await all.resolver.say({ kind: "update", endpoint: endpoint("a", { address: "tcp://other:1" }) });
    expect(first.closed).toBe(true);
    expect(all.opened.get("tcp://other:1")).toHaveLength(1);
  });

  test.each([{ protocol: "classic" }, { path: "/_goprc_" }])(
    "an update to %j is another peer at the same address",
    async (change) => {
      const all = await readyFleet("a");
      const first = all.at("a");
      await all.resolver.say({ kind: "update", endpoint: endpoint("a", change) });
      expect(first.closed).toBe(true);
      expect(all.opened.get(endpoint("a").address)).toHaveLength(2);
    },
  );

  test("one to which no channel can be opened harms nobody", async () => {
    const warn = vi.fn();
    const opened = new Scripted("good");
    const open = ({ id }: Endpoint): StatefulChannel => {
      if (id === "bad") throw new TypeError("there is no transport for it");
      return opened;
    };
    const all = fleet({ open, logger: { warn, error: warn } });
    await all.resolver.say(snapshot("bad", "good"));
    opened.become("ready");
    expect(await all.call()).toBe("good");
    opened.become("failed", "refused");
    await expect(all.call()).rejects.toThrow(
      "no endpoint can be reached: tcp://good:1 (refused), tcp://bad:1 (there is no transport for it)",
    );
    await all.resolver.say(remove("bad"));
    await expect(all.call()).rejects.toThrow("no endpoint can be reached: tcp://good:1 (refused)");
    expect(warn).toHaveBeenCalledOnce();
  });

  test("a resolver that fails is logged and watched again, and what it said holds", async () => {
    const error = vi.fn();
    const all = fleet({ logger: { warn: error, error } });
    await all.resolver.say(snapshot("a"), new Error("a bug"));
    all.at("a").become("ready");
    expect(await all.call()).toBe("a");
    expect(error).toHaveBeenCalledExactlyOnceWith("the resolver of orders (test) failed; watching it again", {
      error: new Error("a bug"),
    });
    await vi.waitFor(() => expect(all.resolver.watches).toBe(2), 10_000);
  });
});

describe("waiting", () => {
  test("for a first snapshot and a first connection", async () => {
    const all = fleet();
    const calls = callMany(all, 3);
    await all.resolver.say(snapshot());
    await all.resolver.say(snapshot("a", "b"));
    all.at("b").become("ready");
    expect(await calls).toEqual(["b", "b", "b"]);
  });

  test("counts towards the call's time", async () => {
    const all = fleet();
    const started = now();
    const call = all.call({ timeout: 3_000 });
    await all.resolver.say(snapshot("a"));
    all.at("a").become("ready");
    await call;
    const { deadline } = all.at("a").calls[0]!;
    expect(deadline).toBeGreaterThanOrEqual(started + 3_000);
    expect(deadline).toBeLessThan(started + 3_000 + (now() - started));
  });

  test("ends with the call's timeout, which says what it waited for", async () => {
    const all = fleet();
    await expect(all.call({ timeout: 20 })).rejects.toMatchObject({
      code: "DEADLINE_EXCEEDED",
      sent: "no",
      message: expect.stringMatching(
        /^\/t\.S\/Get at orders \(test\): the call's timeout of 20 ms ran out after \d+ ms while waiting for a first answer of the registry$/,
      ) as string,
    });
    all.resolver.lastError = new Error("connect ECONNREFUSED 127.0.0.1:9");
    await expect(all.call({ timeout: 20 })).rejects.toThrow(
      "waiting for a first answer of the registry, which does not answer: connect ECONNREFUSED 127.0.0.1:9",
    );
    all.resolver.lastError = undefined;
    await all.resolver.say(snapshot());
    await expect(all.call({ timeout: 20 })).rejects.toThrow(
      "while waiting for an endpoint: none was known to the registry",
    );
    await all.resolver.say(snapshot("a", "b"));
    await expect(all.call({ timeout: 20 })).rejects.toThrow(
      "while waiting for a connection to one of 2 endpoints",
    );
  });

  test("ends with the channel's default and the method's own time", async () => {
    const all = fleet({ defaultTimeout: 20 });
    await expect(all.call()).rejects.toThrow("the channel's default timeout of 20 ms ran out");
    const hasty = unary<string, string>(
      "Hasty",
      () => text,
      () => text,
      { timeout: 10 },
    )("t.S", "hasty");
    await expect(all.channel.unary(hasty, "")).rejects.toThrow("the method's @timeout of 10 ms ran out");
  });

  test("ends with the caller's signal", async () => {
    const all = fleet();
    const controller = new AbortController();
    const call = all.call({ signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(call).rejects.toMatchObject({ code: "CANCELLED", sent: "no", cause: new Error("enough") });
    await expect(all.call({ signal: controller.signal })).rejects.toMatchObject({ code: "CANCELLED" });
  });

  test("ends with the enclosing call", async () => {
    const all = fleet();
    const controller = new AbortController();
    const call = runInside({ deadline: Infinity, signal: controller.signal }, () => all.call());
    controller.abort(new Error("the caller left"));
    await expect(call).rejects.toMatchObject({ code: "CANCELLED" });
    const { signal } = new AbortController();
    await expect(runInside({ deadline: now() + 20, signal }, () => all.call())).rejects.toMatchObject({
      code: "DEADLINE_EXCEEDED",
    });
  });

  test("is limited", async () => {
    const all = fleet({ maxConcurrentCalls: 2 });
    const waiting = callMany(all, 2);
    await expect(all.call()).rejects.toMatchObject({
      code: "RESOURCE_EXHAUSTED",
      sent: "no",
      rawMessage:
        "2 calls wait already (option maxConcurrentCalls): waiting for a first answer of the registry",
    });
    await all.resolver.say(snapshot("a"));
    all.at("a").become("ready");
    await waiting;
  });

  test("a timeout that cannot be meant is refused", async () => {
    await expect(fleet().call({ timeout: 0 })).rejects.toThrow(RangeError);
  });
});

describe("failing at once", () => {
  test("when every endpoint has failed, naming each and why", async () => {
    const all = fleet();
    await all.resolver.say(snapshot("a", "b"));
    all.at("a").become("failed", "connect ECONNREFUSED");
    const call = all.call();
    all.at("b").become("failed", "no answer");
    await expect(call).rejects.toMatchObject({
      code: "UNAVAILABLE",
      sent: "no",
      message:
        "/t.S/Get at orders (test): no endpoint can be reached: tcp://a:1 (connect ECONNREFUSED), tcp://b:1 (no answer)",
    });
    all.at("a").become("connecting");
    await expect(all.call()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    all.at("a").become("ready");
    expect(await all.call()).toBe("a");
  });

  test("with a list that ends", async () => {
    const all = fleet();
    const ids = Array.from({ length: 10 }, (_, i) => `e${i}`);
    await all.resolver.say(snapshot(...ids));
    for (const id of ids) all.at(id).become("failed", "x");
    await expect(all.call()).rejects.toThrow(/tcp:\/\/e7:1 \(x\) and 2 more$/);
  });
});

describe("a connection that is lost", () => {
  test("after a good time is dialled at once, and calls wait for that one attempt", async () => {
    const all = await readyFleet("a");
    skipped += 1_000;
    all.at("a").become("failed", "reset");
    expect(all.at("a").dials).toBe(2);
    const lucky = all.call();
    all.at("a").become("ready");
    expect(await lucky).toBe("a");
    skipped += 1_000;
    all.at("a").become("failed", "reset");
    const unlucky = all.call();
    all.at("a").become("failed", "refused");
    await expect(unlucky).rejects.toThrow("no endpoint can be reached: tcp://a:1 (refused)");
    expect(all.at("a").dials).toBe(3);
  });

  test("right after it was made is left to the channel's own pauses", async () => {
    const all = await readyFleet("a");
    all.at("a").become("failed", "reset");
    expect(all.at("a").dials).toBe(1);
    await expect(all.call()).rejects.toThrow("tcp://a:1 (reset)");
  });
});

describe("a call that no server has seen", () => {
  test("moves on at once, to each endpoint at most once", async () => {
    const all = await readyFleet("a", "b", "c");
    const [a, b, c] = [all.at("a"), all.at("b"), all.at("c")];
    a.script = failing("UNAVAILABLE", "no");
    b.script = failing("UNAVAILABLE", "no");
    expect(await callMany(all, 3)).toEqual(["c", "c", "c"]);
    c.script = failing("UNAVAILABLE", "no", "full");
    const before = [a, b, c].map(({ calls }) => calls.length);
    await expect(all.call()).rejects.toMatchObject({
      code: "UNAVAILABLE",
      sent: "no",
      rawMessage: "no endpoint can be reached: tcp://a:1 (gone), tcp://b:1 (gone), tcp://c:1 (full)",
    });
    expect([a, b, c].map(({ calls }) => calls.length)).toEqual(before.map((count) => count + 1));
  });

  test("keeps the time that it began with, and its metadata", async () => {
    const all = await readyFleet("a", "b");
    const options = { timeout: 1_000, metadata: { k: "v" } };
    all.at("a").script = async () => {
      skipped += 400;
      throw new RpcError("UNAVAILABLE", "gone", { sent: "no" });
    };
    const started = now();
    await all.call(options);
    const moved = all.at("b").calls[0]!;
    expect(moved).toMatchObject(options);
    expect(moved.deadline! - started).toBeGreaterThanOrEqual(1_000);
    expect(moved.deadline! - started).toBeLessThan(1_300);
  });

  test("waits for an endpoint that is being connected, not for one that it has tried", async () => {
    const all = await readyFleet("a");
    all.at("a").script = failing("UNAVAILABLE", "no");
    await all.resolver.say({ kind: "insert", endpoint: endpoint("b") });
    const call = all.call();
    await settled();
    all.at("b").become("ready");
    expect(await call).toBe("b");
    expect(all.at("a").calls).toHaveLength(1);
  });

  const others: [StatusCode, Sent | undefined][] = [
    ["UNAVAILABLE", "maybe"],
    ["UNAVAILABLE", "yes"],
    ["UNAVAILABLE", undefined],
    ["DEADLINE_EXCEEDED", "no"],
    ["RESOURCE_EXHAUSTED", "no"],
    ["CANCELLED", "no"],
  ];
  test.each(others)("fails with its own error otherwise: %s, sent %s", async (code, sent) => {
    const all = await readyFleet("a", "b");
    all.at("a").script = failing(code, sent);
    await expect(all.call()).rejects.toMatchObject({ code, message: "x: gone" });
    expect(all.at("b").calls).toEqual([]);
  });
});

describe("one of several attempts", () => {
  const attemptAvoiding = (...ids: string[]): Attempt =>
    newAttempt(0, new Set(ids.map((id) => `tcp://${id}:1`)));

  test("goes where the others have not been, and says where", async () => {
    const all = await readyFleet("a", "b", "c");
    for (let i = 0; i < 4; i++) {
      const attempt = attemptAvoiding("a", "c");
      expect(await all.call({ attempt })).toBe("b");
      expect(attempt.address).toBe("tcp://b:1");
    }
  });

  test("goes anywhere when they have been everywhere that is ready", async () => {
    const all = await readyFleet("a", "b", "c");
    all.at("c").become("failed", "lost");
    const attempt = attemptAvoiding("a", "b");
    expect(["a", "b"]).toContain(await all.call({ attempt }));
    expect(["tcp://a:1", "tcp://b:1"]).toContain(attempt.address);
  });

  test("that no server has seen moves on as any call does", async () => {
    const all = await readyFleet("a", "b", "c");
    all.at("b").script = failing("UNAVAILABLE", "no");
    const attempt = attemptAvoiding("a");
    for (let i = 0; i < 3; i++) expect(await all.call({ attempt })).toBe("c");
    all.at("c").script = failing("UNAVAILABLE", "no");
    expect(await all.call({ attempt })).toBe("a");
    expect(attempt.address).toBe("tcp://a:1");
  });

  test("that waits for an endpoint does the same", async () => {
    const all = fleet();
    const attempt = attemptAvoiding("a");
    const call = all.call({ attempt });
    await all.resolver.say(snapshot("a", "b"));
    all.at("a").become("ready");
    expect(await call).toBe("a");
    expect(attempt.address).toBe("tcp://a:1");
  });

  test("of a stream does the same", async () => {
    const all = await readyFleet("a", "b");
    const attempt = attemptAvoiding("a");
    expect(await all.channel.stream(watchAll, ["x"], { attempt }).only()).toBe("b");
    expect(attempt.address).toBe("tcp://b:1");
  });
});

describe("a call that has one endpoint", () => {
  const bound = (id?: string): Attempt =>
    boundAttempt(0, id === undefined ? undefined : { endpoint: id, address: `tcp://${id}:1` });

  test("goes there and nowhere else", async () => {
    const all = await readyFleet("a", "b", "c");
    for (let i = 0; i < 3; i++) expect(await all.call({ attempt: bound("b") })).toBe("b");
    expect(await all.channel.stream(watchAll, ["x"], { attempt: bound("b") }).only()).toBe("b");
    all.at("b").script = failing("UNAVAILABLE", "no");
    await expect(all.call({ attempt: bound("b") })).rejects.toMatchObject({ message: "x: gone" });
    const stream = all.channel.stream(watchAll, ["x"], { attempt: bound("b") });
    await expect(stream.only()).rejects.toMatchObject({ message: "x: gone" });
  });

  test("gets the first that is picked where none was said, and keeps it", async () => {
    const all = await readyFleet("a", "b");
    all.at("a").script = failing("UNAVAILABLE", "no");
    const attempt = bound();
    await expect(all.call({ attempt })).rejects.toThrow("gone");
    expect(attempt).toMatchObject({ endpoint: "a", address: "tcp://a:1" });
    all.at("a").script = undefined;
    expect(await all.call({ attempt })).toBe("a");
  });

  test("waits for it while it is being connected, and says so", async () => {
    const all = await readyFleet("a", "b");
    all.at("b").become("connecting");
    await expect(all.call({ attempt: bound("b"), timeout: 20 })).rejects.toThrow(
      "while waiting for a connection to tcp://b:1",
    );
    const call = all.call({ attempt: bound("b") });
    all.at("b").become("ready");
    expect(await call).toBe("b");
  });

  test("fails where it cannot be reached, is gone, or nobody can connect to it", async () => {
    const open = ({ id }: Endpoint): StatefulChannel => {
      if (id === "bad") throw new TypeError("there is no transport for it");
      return new Scripted(id);
    };
    const all = fleet({ open });
    await all.resolver.say(snapshot("bad"));
    const fails = (text: string, id: string, at: Fleet): Promise<void> =>
      expect(at.call({ attempt: bound(id) })).rejects.toMatchObject({
        code: "UNAVAILABLE",
        sent: "no",
        rawMessage: `the endpoint ${id} cannot be called: ${text}`,
      });
    await fails("there is no transport for it", "bad", all);
    await fails("it is gone from the registry", "a", all);
    const other = await readyFleet("a", "b");
    other.at("a").become("failed", "refused");
    await fails("refused", "a", other);
    other.at("b").become("connecting");
    const waiting = fails("it is gone from the registry", "b", other);
    await other.resolver.say(remove("b"));
    await waiting;
  });
});

describe("ready", () => {
  test("resolves with the first endpoint", async () => {
    const all = fleet();
    const ready = all.channel.ready();
    await all.resolver.say(snapshot("a", "b"));
    all.at("a").become("failed", "x");
    all.at("b").become("ready");
    await ready;
    await all.channel.ready();
  });

  test("rejects when all have failed", async () => {
    const all = fleet();
    const ready = all.channel.ready();
    await all.resolver.say(snapshot());
    await all.resolver.say(snapshot("a"));
    all.at("a").become("failed", "refused");
    await expect(ready).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: "orders (test): no endpoint can be reached: tcp://a:1 (refused)",
    });
  });

  test("rejects when the channel closes", async () => {
    const all = fleet();
    const ready = all.channel.ready();
    void all.channel.close();
    await expect(ready).rejects.toThrow("orders (test): the channel is closed");
  });
});

describe("close", () => {
  test("lets calls finish, those that wait too, then closes every channel and stops watching", async () => {
    const all = await readyFleet("a");
    let answer = (_text: string): void => {};
    all.at("a").script = () => new Promise((resolve) => (answer = resolve));
    const held = all.call();
    all.at("a").become("connecting");
    const waiting = all.call();
    const closing = all.channel.close();
    expect(all.channel.close()).toBe(closing);
    await expect(all.call()).rejects.toMatchObject({
      message: "/t.S/Get at orders (test): the channel is closed",
      sent: "no",
    });
    await settled();
    expect(all.at("a").closed).toBe(false);
    answer("held");
    expect(await held).toBe("held");
    all.at("a").script = undefined;
    all.at("a").become("ready");
    expect(await waiting).toBe("a");
    await closing;
    expect(all.at("a").closed).toBe(true);
    await settled();
    expect(all.resolver.stopped).toBe(true);
  });

  test("does not move calls that are in flight", async () => {
    const all = await readyFleet("a", "b");
    let fail = (_error: Error): void => {};
    all.at("a").script = () => new Promise((_resolve, reject) => (fail = reject));
    const held = all.call();
    const closing = all.channel.close();
    fail(new RpcError("UNAVAILABLE", "gone", { sent: "no" }));
    await expect(held).rejects.toThrow("gone");
    await closing;
    expect(all.at("b").calls).toEqual([]);
  });

  test("what a resolver still says opens nothing", async () => {
    const all = await readyFleet("a");
    const closing = all.channel.close();
    await all.resolver.say(snapshot("a", "late"));
    await closing;
    expect(all.opened.has("tcp://late:1")).toBe(false);
  });
});

describe("streams", () => {
  test("wait for an endpoint when they are read, and not before", async () => {
    const all = fleet();
    const stream = all.channel.stream(watchAll, ["x", "y"], {});
    await settled();
    const read = (async () => {
      const got: string[] = [];
      for await (const each of stream) got.push(each);
      return got;
    })();
    await all.resolver.say(snapshot("a"));
    all.at("a").become("ready");
    expect(await read).toEqual(["a", "a"]);
    expect(all.at("a").calls).toEqual([{}]);
    expect(await all.channel.stream(watchAll, ["x"]).only()).toBe("a");
  });

  test("with a time of their own keep what is left of it", async () => {
    const all = await readyFleet("a");
    const started = now();
    await all.channel.stream(watchAll, ["x"], { timeout: 9_000 }).only();
    expect(all.at("a").calls[0]!.deadline! - started).toBeGreaterThanOrEqual(9_000);
  });

  test("fail when there is no endpoint in time, and when the channel is closed", async () => {
    const all = fleet({ defaultTimeout: 20 });
    await expect(all.channel.stream(watchAll, ["x"]).only()).rejects.toMatchObject({
      code: "DEADLINE_EXCEEDED",
    });
    await all.channel.close();
    await expect(all.channel.stream(watchAll, ["x"]).only()).rejects.toThrow("the channel is closed");
  });

  test("that no server has seen move on, each to an endpoint that it has not tried", async () => {
    const all = await readyFleet("a", "b", "c");
    all.at("a").script = failing("UNAVAILABLE", "no");
    all.at("b").script = failing("UNAVAILABLE", "no");
    for (let i = 0; i < 3; i++) {
      const got: string[] = [];
      for await (const each of all.channel.stream(watchAll, ["x", "y"])) got.push(each);
      expect(got).toEqual(["c", "c"]);
    }
    all.at("c").script = failing("UNAVAILABLE", "no", "full");
    await expect(all.channel.stream(watchAll, ["x"]).only()).rejects.toMatchObject({
      code: "UNAVAILABLE",
      sent: "no",
      rawMessage: "no endpoint can be reached: tcp://a:1 (gone), tcp://b:1 (gone), tcp://c:1 (full)",
    });
  });

  test("move on with requests that were not asked for, and with an array in any case", async () => {
    const all = await readyFleet("a", "b");
    all.at("a").script = failing("UNAVAILABLE", "no");
    const requests = async function* (): AsyncGenerator<string> {
      yield "x";
    };
    const read = (given: string[] | AsyncIterable<string> | Iterable<string>): Promise<string> =>
      all.channel.stream(watchAll, given).only();
    for (let i = 0; i < 2; i++) expect(await read(requests())).toBe("b");
    for (let i = 0; i < 2; i++) expect(await read(new Set(["x"]))).toBe("b");
    all.at("a").asksFirst = true;
    for (let i = 0; i < 2; i++) expect(await read(["x"])).toBe("b");
    const ends = await Promise.allSettled([read(requests()), read(requests())]);
    expect(ends.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  test("do not move on after an answer, or when a server may have seen them", async () => {
    const all = await readyFleet("a", "b");
    all.at("a").script = failing("UNAVAILABLE", "maybe");
    await expect(all.channel.stream(watchAll, ["x"]).only()).rejects.toMatchObject({ message: "x: gone" });
    let answered = 0;
    const afterOne = async (): Promise<string> => {
      if (answered++ === 0) return "one";
      throw new RpcError("UNAVAILABLE", "gone", { sent: "no" });
    };
    for (const id of ["a", "b"]) Object.assign(all.at(id), { script: afterOne, asksFirst: true });
    const got: string[] = [];
    const reading = (async () => {
      for await (const each of all.channel.stream(watchAll, ["x", "y"])) got.push(each);
    })();
    await expect(reading).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(got).toHaveLength(1);
  });

  test("that are left while they wait for an endpoint start at none", async () => {
    const all = fleet();
    const reading = all.channel.stream(watchAll, ["x"])[Symbol.asyncIterator]();
    const first = reading.next();
    await reading.return?.();
    await all.resolver.say(snapshot("a"));
    all.at("a").become("ready");
    expect(await first).toEqual({ done: true, value: undefined });
    expect(await reading.next()).toEqual({ done: true, value: undefined });
  });
});
