import { now } from "../../clock.ts";

/** Longest that what could leave waits for the rest of the turn, in ms: other callbacks may be long ones. */
const maxWait = 0.5;

let connections = 0;
let waiting: (() => void)[] = [];
let since = 0;

/** Counts a client's connection in, for {@link atTurnEnd}. */
export function countConnection(): void {
  connections++;
}

export function uncountConnection(): void {
  connections--;
}

/**
 * Runs `flush` when what a client's connection has to write should leave: where it has others, once all sockets are read that this turn of
 * the event loop found readable. What comes on one starts calls on others: flushed after each by `process.nextTick`, as one alone is,
 * 16 connections with 64 calls in flight made 0.86 writes a call, and this saved a quarter of the client's time.
 */
export function atTurnEnd(flush: () => void): void {
  if (connections < 2) return process.nextTick(flush);
  if (waiting.length === 0) {
    since = now();
    setImmediate(flushAll);
  } else if (now() - since > maxWait) process.nextTick(flushAll);
  waiting.push(flush);
}

function flushAll(): void {
  const due = waiting;
  waiting = [];
  let begun = 0;
  try {
    for (const flush of due) {
      begun++;
      flush();
    }
  } finally {
    // One that throws ends this callback, and must not keep what the others have to write.
    for (const flush of due.slice(begun)) atTurnEnd(flush);
  }
}
