import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readTimeFrom } from "../../../clock.ts";
import { Pacer } from "./pacer.ts";

const KiB = 1024;
const plenty = 1e9;

let time = 0;
beforeEach(() => {
  time = 1_000;
  readTimeFrom(() => time);
});
afterEach(() => readTimeFrom());

/** Sends pieces while it may; returns the marks that went with them. */
function sendAll(pacer: Pacer): Uint8Array[] {
  const marks: Uint8Array[] = [];
  while (pacer.mayGo) {
    const mark = pacer.onSent(64 * KiB, plenty);
    if (mark !== undefined) marks.push(mark);
  }
  return marks;
}

function confirm(pacer: Pacer, mark: Uint8Array): void {
  pacer.onPong(mark, 0, mark.length);
}

/** A way there and back: returns what sends and confirms so often, each time after so many ms, and says how many marks fit the window at last. */
function way(): (rounds: number, ms: number) => number {
  const pacer = new Pacer();
  let outstanding = sendAll(pacer);
  return (rounds, ms) => {
    for (let i = 0; i < rounds; i++) {
      time += ms;
      for (const mark of outstanding) confirm(pacer, mark);
      outstanding = sendAll(pacer);
    }
    return outstanding.length;
  };
}

describe("pieces of large messages", () => {
  it("are marked where more is to come, and wait once 256 KiB are not confirmed", () => {
    const pacer = new Pacer();
    const marks = sendAll(pacer);
    expect(marks).toHaveLength(2);
    confirm(pacer, marks[0]!);
    expect(pacer.mayGo).toBe(true);
  });

  it("go unmarked where little is left, however much came before", () => {
    const pacer = new Pacer();
    for (let i = 0; i < 100; i++) expect(pacer.onSent(64 * KiB, 255 * KiB)).toBeUndefined();
    expect(pacer.mayGo).toBe(true);
    expect(pacer.onSent(64 * KiB, plenty)).toBeDefined();
    expect(pacer.mayGo).toBe(true);
  });

  it("are confirmed by the PONG of a later mark too", () => {
    const pacer = new Pacer();
    const [, last] = sendAll(pacer);
    time += 5;
    confirm(pacer, last!);
    expect(sendAll(pacer).length).toBeGreaterThan(2);
  });

  it.each([
    ["of another PING", new Uint8Array(8)],
    ["that is short", new Uint8Array(4)],
    ["of a mark that was not sent", Buffer.from("6d61726b000000ff", "hex")],
  ])("are not confirmed by a PONG %s", (_what, pong) => {
    const pacer = new Pacer();
    sendAll(pacer);
    confirm(pacer, pong);
    expect(pacer.mayGo).toBe(false);
  });

  it("are not confirmed twice by one mark", () => {
    const pacer = new Pacer();
    const [first, second] = sendAll(pacer);
    confirm(pacer, first!);
    const more = sendAll(pacer);
    for (let i = 0; i < 100; i++) confirm(pacer, first!);
    expect(sendAll(pacer)).toHaveLength(0);
    confirm(pacer, second!);
    expect(pacer.mayGo).toBe(true);
    expect(more.length).toBeGreaterThan(0);
  });
});

describe("the window", () => {
  it("grows to what a long way holds, up to 16 MiB", () => {
    expect(way()(20, 80)).toBe(128);
  });

  it("shrinks to its least where a queue makes the way longer", () => {
    const run = way();
    expect(run(8, 1)).toBeGreaterThan(8);
    expect(run(12, 30)).toBe(2);
  });

  it("believes in a shortest way for ten seconds, and then in the way that there is", () => {
    const run = way();
    run(4, 1);
    expect(run(30, 100)).toBe(2);
    expect(run(120, 100)).toBeGreaterThan(64);
  });
});
