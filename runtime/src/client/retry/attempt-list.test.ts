import { describe, expect, it } from "vitest";
import { RpcError, type Sent } from "../../errors.ts";
import { AttemptList } from "./attempt-list.ts";

function failure(message = "gone", sent: Sent = "maybe"): RpcError {
  return new RpcError("UNAVAILABLE", message, { sent, prefix: "/t.S/Get at x" });
}

function listOf(count: number, started = 0): { list: AttemptList; last: RpcError } {
  const list = new AttemptList(started);
  let last = failure();
  for (let i = 0; i < count; i++) {
    last = failure(`gone ${i}`);
    list.add(last, `tcp://${i}`, started + i);
  }
  return { list, last };
}

describe("a list of attempts", () => {
  it("leaves the error of a single one as it is", () => {
    const { list, last } = listOf(1);
    expect(list.conclude(last)).toBe(last);
    expect(last).toMatchObject({ message: "/t.S/Get at x: gone 0", attempts: undefined });
  });

  it("keeps the latest eight", () => {
    const { list, last } = listOf(20, 500);
    const { attempts, message } = list.conclude(last);
    expect(attempts?.map(({ address }) => address)).toEqual(
      Array.from({ length: 8 }, (_, i) => `tcp://${i + 12}`),
    );
    expect(attempts?.[0]?.ms).toBe(12);
    expect(message).toMatch(/^\/t\.S\/Get at x: gone 19 \(failed attempts: tcp:\/\/12 after 12 ms: /);
  });

  it("cuts long messages", () => {
    const list = new AttemptList(0);
    list.add(failure("x".repeat(5_000)), "a", 1);
    list.add(failure("x".repeat(200)), "b", 1);
    const { attempts } = list.conclude(failure());
    expect(attempts?.map(({ message }) => message.length)).toEqual([200, 200]);
    expect(attempts?.[0]?.message.endsWith("x…")).toBe(true);
  });

  it("takes up the list that a layer below made, which the message then has once", () => {
    const below = listOf(2);
    const list = new AttemptList(0);
    list.add(failure("first"), "tcp://first", 0);
    const last = below.list.conclude(below.last);
    list.add(last, "tcp://1", 7);
    const { attempts, message } = list.conclude(last);
    expect(attempts?.map(({ message: text }) => text)).toEqual(["first", "gone 0", "gone 1"]);
    expect(message.match(/failed attempts/g)).toHaveLength(1);
    expect(message.startsWith("/t.S/Get at x: gone 1 (failed attempts: tcp://first after 0 ms: ")).toBe(true);
  });

  it("takes an error that does not say how far it got for one that may have been run", () => {
    const list = new AttemptList(0);
    const error = new RpcError("UNAVAILABLE", "gone");
    list.add(error, "a", 0);
    expect(list.sent).toBe("maybe");
    expect(list.conclude(error).sent).toBeUndefined();
  });

  it("knows of attempts that are still under way", () => {
    const list = new AttemptList(0);
    const error = failure("gone", "no");
    list.add(error, "a", 0);
    list.saw("maybe");
    expect(list.conclude(error)).toMatchObject({ sent: "maybe", attempts: undefined });
  });
});
