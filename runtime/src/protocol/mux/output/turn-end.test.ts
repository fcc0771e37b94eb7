import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { readTimeFrom } from "../../../clock.ts";
import {
  atTurnEnd,
  countConnection,
  currentTurn,
  type Flushable,
  noteRead,
  uncountConnection,
} from "./turn-end.ts";

const immediate = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const nextTick = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

let ran: string[] = [];
const output = (name: string): Flushable => ({ flush: () => void ran.push(name) });

let time = 0;
beforeEach(() => {
  ran = [];
  readTimeFrom(() => time);
});
afterEach(() => readTimeFrom());

/** While there are so many connections more. */
async function withConnections(count: number, work: () => Promise<void>): Promise<void> {
  for (let i = 0; i < count; i++) countConnection();
  try {
    await work();
  } finally {
    for (let i = 0; i < count; i++) uncountConnection();
  }
}

test("a connection alone writes before anything else happens", () =>
  withConnections(1, async () => {
    noteRead();
    atTurnEnd(output("a"));
    await nextTick();
    expect(ran).toEqual(["a"]);
  }));

test("what nobody's answer has started leaves before anything else happens, too", () =>
  withConnections(2, async () => {
    atTurnEnd(output("a"));
    await nextTick();
    expect(ran).toEqual(["a"]);
  }));

test("several that answers come on write at the end of the turn, in order", () =>
  withConnections(2, async () => {
    noteRead();
    atTurnEnd(output("a"));
    await nextTick();
    atTurnEnd(output("b"));
    await nextTick();
    expect(ran).toEqual([]);
    await immediate();
    expect(ran).toEqual(["a", "b"]);
  }));

test("they do not wait for a turn that takes long", () =>
  withConnections(2, async () => {
    noteRead();
    atTurnEnd(output("a"));
    time += 1;
    atTurnEnd(output("b"));
    await nextTick();
    expect(ran).toEqual(["a", "b"]);
    atTurnEnd(output("c"));
    await nextTick();
    expect(ran).toEqual(["a", "b"]);
    await immediate();
    expect(ran).toEqual(["a", "b", "c"]);
  }));

test("one that throws keeps none from writing", () =>
  withConnections(2, async () => {
    const broken = new Error("broken");
    const thrown = new Promise((resolve) => process.once("uncaughtException", resolve));
    const listeners = process.listeners("uncaughtException").slice(0, -1);
    for (const listener of listeners) process.removeListener("uncaughtException", listener);
    try {
      noteRead();
      atTurnEnd(output("a"));
      atTurnEnd({
        flush: () => {
          throw broken;
        },
      });
      atTurnEnd(output("c"));
      expect(await thrown).toBe(broken);
      await immediate();
      expect(ran).toEqual(["a", "c"]);
    } finally {
      for (const listener of listeners) process.on("uncaughtException", listener);
    }
  }));

test("a test's fake timers hold nothing back", () =>
  withConnections(2, async () => {
    vi.useFakeTimers();
    try {
      noteRead();
      atTurnEnd(output("a"));
    } finally {
      vi.useRealTimers();
    }
    await immediate();
    expect(ran).toEqual(["a"]);
  }));

test("whatever is written counts, so that what is sent afterwards is known to leave later", () =>
  withConnections(2, async () => {
    const turns = [currentTurn()];
    const count = (): void => void turns.push(currentTurn());
    atTurnEnd(output("at once"));
    await nextTick();
    count();
    noteRead();
    atTurnEnd(output("long"));
    time += 1;
    atTurnEnd(output("turn"));
    await nextTick();
    count();
    atTurnEnd(output("end"));
    await immediate();
    count();
    expect(ran).toEqual(["at once", "long", "turn", "end"]);
    expect(new Set(turns).size).toBe(4);
  }));
