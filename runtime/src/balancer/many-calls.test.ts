import { describe, expect, it, test, vi } from "vitest";
import type { RpcError } from "../errors.ts";
import { Metadata } from "../metadata.ts";
import { broadcast } from "./broadcast.ts";
import type { EndpointResult } from "./call-many.ts";
import { fork } from "./fork.ts";
import {
  endpoint,
  failing,
  type Fleet,
  fleet,
  get,
  hanging,
  readyFleet,
  remove,
  settled,
  snapshot,
  watchAll,
} from "./scripted-fleet.fixture.ts";

const both = [
  ["broadcast", broadcast],
  ["fork", fork],
] as const;

/** What each endpoint made of the calls, in short. */
function results(): { readonly told: string[]; readonly onResult: (result: EndpointResult) => void } {
  const told: string[] = [];
  const onResult = (result: EndpointResult): void => {
    const { endpoint } = result;
    const what = "error" in result ? (result.error as RpcError).code : String(result.value);
    told.push(`${endpoint.id} ${what}`);
  };
  return { told, onResult };
}

function deferred(): { readonly script: () => Promise<string>; readonly answer: (text: string) => void } {
  let answer!: (text: string) => void;
  const answered = new Promise<string>((resolve) => (answer = resolve));
  return { script: () => answered, answer };
}

const callsOf = (all: Fleet, ...ids: string[]): number[] => ids.map((id) => all.at(id).calls.length);

describe("broadcast", () => {
  it("calls all, and its answer is the first one, once all have answered", async () => {
    const all = await readyFleet("a", "b", "c");
    const slow = deferred();
    all.at("a").script = slow.script;
    const { told, onResult } = results();
    let isDone = false;
    const call = broadcast(all.channel, { onResult })
      .unary(get, "")
      .finally(() => (isDone = true));
    await settled();
    expect([isDone, told]).toEqual([false, ["b b", "c c"]]);
    slow.answer("late");
    expect(await call).toBe("b");
    expect(told).toEqual(["b b", "c c", "a late"]);
  });

  it("fails with the first failure, and cancels the others", async () => {
    const all = await readyFleet("a", "b", "c");
    all.at("a").script = hanging;
    all.at("b").script = failing("NOT_FOUND", "yes");
    all.at("c").script = hanging;
    const { told, onResult } = results();
    await expect(broadcast(all.channel, { onResult }).unary(get, "")).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: "x: gone",
    });
    expect(told).toEqual(["b NOT_FOUND", "a CANCELLED", "c CANCELLED"]);
    for (const id of ["a", "c"]) {
      const { signal } = all.at(id).calls[0]!;
      expect(signal!.reason).toMatchObject({ code: "CANCELLED", rawMessage: "another endpoint has failed" });
    }
  });

  it("says of the whole call whether it may have been run", async () => {
    const all = await readyFleet("a", "b");
    all.at("a").script = failing("UNAVAILABLE", "no");
    await expect(broadcast(all.channel).unary(get, "")).rejects.toMatchObject({ sent: "maybe" });
    const { script, answer } = deferred();
    all.at("a").script = () => script().then(failing("UNAVAILABLE", "no"));
    const call = broadcast(all.channel).unary(get, "");
    await settled();
    answer("");
    await expect(call).rejects.toMatchObject({ sent: "yes" });
  });

  it("waits for the registry's first answer, and for endpoints that are being connected", async () => {
    const all = fleet();
    const call = broadcast(all.channel).unary(get, "");
    await settled();
    await all.resolver.say(snapshot("a", "b"));
    all.at("a").become("ready");
    await settled();
    expect(callsOf(all, "a", "b")).toEqual([1, 0]);
    all.at("b").become("ready");
    expect(await call).toBe("a");
    expect(callsOf(all, "a", "b")).toEqual([1, 1]);
  });

  it("says what it waited for when its time has run out", async () => {
    const all = fleet();
    const call = (): Promise<string> => broadcast(all.channel).unary(get, "", { timeout: 20 });
    await expect(call()).rejects.toThrow("while waiting for a first answer of the registry");
    await all.resolver.say(snapshot("a"));
    await expect(call()).rejects.toMatchObject({
      code: "DEADLINE_EXCEEDED",
      sent: "no",
      message: expect.stringMatching(
        /^\/t\.S\/Get at orders \(test\): the call's timeout of 20 ms ran out after \d+ ms while waiting for a connection to tcp:\/\/a:1$/,
      ) as string,
    });
  });

  it("fails where the registry knows nobody", async () => {
    const all = fleet();
    await all.resolver.say(snapshot());
    await expect(broadcast(all.channel).unary(get, "")).rejects.toMatchObject({
      code: "UNAVAILABLE",
      sent: "no",
      message: "/t.S/Get at orders (test): the registry knows no endpoint",
    });
  });

  it("fails where one cannot be reached", async () => {
    const all = await readyFleet("a", "b");
    all.at("b").become("failed", "refused");
    await expect(broadcast(all.channel).unary(get, "")).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: "/t.S/Get at orders (test): the endpoint b cannot be called: refused",
    });
  });

  it("leaves out who comes meanwhile, and who leaves before it was called", async () => {
    const all = await readyFleet("a", "b", "c");
    const slow = deferred();
    all.at("a").script = slow.script;
    const { told, onResult } = results();
    const call = broadcast(all.channel, { maxConcurrency: 1, onResult }).unary(get, "");
    await settled();
    await all.resolver.say(remove("b"), { kind: "insert", endpoint: endpoint("d") });
    all.at("d").become("ready");
    slow.answer("a");
    expect(await call).toBe("a");
    expect(callsOf(all, "a", "b", "c", "d")).toEqual([1, 0, 1, 0]);
    expect(told).toEqual(["a a", "b UNAVAILABLE", "c c"]);
  });

  it("fails where all have left", async () => {
    const all = fleet();
    await all.resolver.say(snapshot("a", "b"));
    const failed = expect(broadcast(all.channel).unary(get, "")).rejects.toMatchObject({
      code: "UNAVAILABLE",
      sent: "no",
      rawMessage: "the endpoint b cannot be called: it is gone from the registry",
    });
    await settled();
    await all.resolver.say(snapshot());
    await failed;
  });

  it("lets one that leaves answer the call that it has", async () => {
    const all = await readyFleet("a", "b");
    const slow = deferred();
    all.at("a").script = slow.script;
    const call = broadcast(all.channel).unary(get, "");
    await settled();
    await all.resolver.say(remove("a"));
    slow.answer("late");
    expect(await call).toBe("b");
  });

  it("calls a server once that has two ids", async () => {
    const all = fleet();
    const endpoints = [endpoint("old", { address: "tcp://a:1" }), endpoint("new", { address: "tcp://a:1" })];
    await all.resolver.say({ kind: "snapshot", endpoints });
    for (const channel of all.opened.get("tcp://a:1")!) channel.become("ready");
    await broadcast(all.channel).unary(get, "");
    const calls = all.opened.get("tcp://a:1")!.map(({ calls }) => calls.length);
    expect(calls).toEqual([0, 1]);
  });
});

describe("fork", () => {
  it("takes the first good answer, and cancels the others", async () => {
    const all = await readyFleet("a", "b", "c");
    all.at("a").script = failing("INTERNAL", "yes");
    all.at("c").script = hanging;
    const slow = deferred();
    all.at("b").script = slow.script;
    const { told, onResult } = results();
    const call = fork(all.channel, { onResult }).unary(get, "");
    await settled();
    slow.answer("b");
    expect(await call).toBe("b");
    expect(told).toEqual(["a INTERNAL", "b b", "c CANCELLED"]);
    expect(all.at("c").calls[0]!.signal!.reason).toMatchObject({
      rawMessage: "another endpoint has answered",
    });
  });

  it("fails when all have failed, and lists them", async () => {
    const all = await readyFleet("a", "b", "c");
    for (const id of ["a", "b", "c"]) all.at(id).script = failing("INTERNAL", "yes", `${id} is ill`);
    const error = await fork(all.channel)
      .unary(get, "")
      .catch((error: unknown) => error as RpcError);
    expect(error).toMatchObject({ code: "INTERNAL", sent: "yes" });
    const attempts = (error as RpcError).attempts!.map(({ address, message }) => `${address} ${message}`);
    expect(attempts.sort()).toEqual(["tcp://a:1 a is ill", "tcp://b:1 b is ill", "tcp://c:1 c is ill"]);
  });

  it("goes to those that take calls, and waits for one while there is none", async () => {
    const all = fleet();
    const call = fork(all.channel).unary(get, "");
    await all.resolver.say(snapshot());
    await all.resolver.say(snapshot("a", "b"));
    all.at("b").become("ready");
    expect(await call).toBe("b");
    expect(callsOf(all, "a", "b")).toEqual([0, 1]);
    for (const id of ["a", "b"]) all.at(id).become("failed", "refused");
    await expect(fork(all.channel).unary(get, "")).rejects.toThrow(
      "no endpoint can be reached: tcp://a:1 (refused), tcp://b:1 (refused)",
    );
  });

  it("calls no more than it may at once, and another for each that fails", async () => {
    const ids = ["a", "b", "c", "d"];
    const all = await readyFleet(...ids);
    const scripts = ids.map((id) => {
      const slow = deferred();
      all.at(id).script = () => slow.script().then(failing("INTERNAL", "yes"));
      return slow;
    });
    const call = fork(all.channel, { maxConcurrency: 2 }).unary(get, "");
    const count = (): number => callsOf(all, ...ids).reduce((sum, calls) => sum + calls);
    await settled();
    expect(count()).toBe(2);
    const rest = ids.filter((id) => all.at(id).calls.length === 0);
    for (const [i, id] of ids.entries()) if (!rest.includes(id)) scripts[i]!.answer("");
    await settled();
    expect(count()).toBe(4);
    for (const { answer } of scripts) answer("");
    await expect(call).rejects.toMatchObject({ code: "INTERNAL" });
  });
});

describe.each(both)("%s", (name, many) => {
  it("ends with the caller's signal", async () => {
    const all = await readyFleet("a", "b");
    for (const id of ["a", "b"]) all.at(id).script = hanging;
    const { told, onResult } = results();
    const caller = new AbortController();
    const call = many(all.channel, { maxConcurrency: 1, onResult }).unary(get, "", { signal: caller.signal });
    await settled();
    caller.abort(new Error("enough"));
    await expect(call).rejects.toMatchObject({ code: "CANCELLED", cause: new Error("enough") });
    expect(told.map((each) => each.slice(2))).toEqual(["CANCELLED", "CANCELLED"]);
    expect(callsOf(all, "a", "b").sort()).toEqual([0, 1]);
    const late = many(all.channel).unary(get, "", { signal: caller.signal });
    await expect(late).rejects.toMatchObject({ code: "CANCELLED", sent: "no" });
  });

  it("has one deadline for all", async () => {
    const all = await readyFleet("a", "b");
    const slow = deferred();
    for (const id of ["a", "b"]) all.at(id).script = () => slow.script().then(failing("INTERNAL", "yes"));
    const call = many(all.channel, { maxConcurrency: 1 }).unary(get, "", { timeout: 9_000 });
    await settled();
    slow.answer("");
    await expect(call).rejects.toThrow("gone");
    const deadlines = ["a", "b"].flatMap((id) => all.at(id).calls).map((options) => options?.deadline);
    expect(new Set(deadlines).size).toBe(1);
    await expect(many(all.channel).unary(get, "", { timeout: -1 })).rejects.toThrow("timeout is -1");
  });

  it("tells the trailers of the answer that counts, once", async () => {
    const all = await readyFleet("a", "b");
    for (const id of ["a", "b"])
      all.at(id).script = async (options) => {
        options?.onTrailers?.(Metadata.from({ id }));
        return id;
      };
    const onTrailers = vi.fn();
    const answer = await many(all.channel).unary(get, "", { onTrailers });
    expect(onTrailers).toHaveBeenCalledOnce();
    expect((onTrailers.mock.calls[0]![0] as Metadata).get("id")).toBe(answer);
  });

  it("fails where its listener throws, and gives up the rest", async () => {
    const all = await readyFleet("a", "b");
    for (const id of ["a", "b"]) all.at(id).script = failing("INTERNAL", "yes");
    const onResult = vi.fn(() => {
      throw new Error("a bug");
    });
    const call = many(all.channel, { maxConcurrency: 1, onResult }).unary(get, "");
    await expect(call).rejects.toMatchObject({
      code: "INTERNAL",
      rawMessage: "the caller's onResult threw",
      cause: new Error("a bug"),
    });
    expect(onResult).toHaveBeenCalledTimes(2);
    expect(callsOf(all, "a", "b").sort()).toEqual([0, 1]);
  });

  it("makes no streams", async () => {
    const all = await readyFleet("a");
    await expect(many(all.channel).stream(watchAll, ["x"]).only()).rejects.toMatchObject({
      code: "UNIMPLEMENTED",
      sent: "no",
      message: `/t.S/Watch is a server-stream: ${name} makes unary calls only`,
    });
  });

  it("is refused once the channel is closed, and closes it", async () => {
    const all = await readyFleet("a");
    await many(all.channel).close();
    expect(all.at("a").closed).toBe(true);
    await expect(many(all.channel).unary(get, "")).rejects.toThrow(
      "/t.S/Get at orders (test): the channel is closed",
    );
  });

  test("takes a channel to a resolver, and a number that can be meant", async () => {
    const all = await readyFleet("a");
    expect(() => many(many(all.channel))).toThrow(
      new TypeError(
        `${name} takes a channel to a resolver, as connect() makes it: this one has no endpoints to call`,
      ),
    );
    expect(() => many(all.channel, { maxConcurrency: 0 })).toThrow("maxConcurrency is 0");
  });
});
