import { describe, expect, it } from "vitest";
import { Replay } from "./replay.ts";

async function all<T>(requests: Iterable<T> | AsyncIterable<T>): Promise<T[]> {
  const values: T[] = [];
  for await (const value of requests) values.push(value);
  return values;
}

async function* counting(log: string[]): AsyncGenerator<number> {
  try {
    log.push("begun");
    yield 1;
    yield 2;
  } finally {
    log.push("ended");
  }
}

describe("an array", () => {
  it("is had as often as wanted, and handed on as it is", async () => {
    const source = [1, 2];
    const replay = new Replay(source);
    expect(replay.requests).toBe(source);
    await all(replay.requests);
    expect(replay).toMatchObject({ isRepeatable: true, isWhole: true });
  });
});

describe.each([
  ["an iterable", () => new Set([1, 2])],
  ["an async iterable", () => counting([])],
])("%s", (_name, make) => {
  it("is whole until its first element is taken", async () => {
    const replay = new Replay(make());
    expect(replay).toMatchObject({ isRepeatable: false, isWhole: true });
    expect(await all(replay.requests)).toEqual([1, 2]);
    expect(replay.isWhole).toBe(false);
  });

  it("stays what it is", () => {
    const source = make();
    const { requests } = new Replay<number>(source);
    expect(Symbol.iterator in requests).toBe(Symbol.iterator in source);
    expect(Symbol.asyncIterator in requests).toBe(Symbol.asyncIterator in source);
  });
});

it("a generator that was never asked survives the end of an attempt", async () => {
  const log: string[] = [];
  const replay = new Replay(counting(log));
  const attempt = (replay.requests as AsyncIterable<number>)[Symbol.asyncIterator]();
  expect(await attempt.return?.()).toEqual({ done: true, value: undefined });
  expect(replay.isWhole).toBe(true);
  expect(await all(replay.requests)).toEqual([1, 2]);
  expect(log).toEqual(["begun", "ended"]);
});

it("a generator that was begun is ended with its attempt", async () => {
  const log: string[] = [];
  for await (const value of new Replay(counting(log)).requests) if (value === 1) break;
  expect(log).toEqual(["begun", "ended"]);
});

it("an iterator that is never asked is ended by nobody", () => {
  const source = new Set([1]);
  const iterator = (new Replay(source).requests as Iterable<number>)[Symbol.iterator]();
  expect(iterator.return?.()).toEqual({ done: true, value: undefined });
  expect(iterator.next()).toEqual({ done: false, value: 1 });
  expect(iterator.return?.()).toEqual({ done: true, value: undefined });
});
