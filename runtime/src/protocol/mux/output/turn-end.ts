import { now } from "../../../clock.ts";
import { setImmediate } from "../../../immediate.ts";

/** What has something to write. */
export interface Flushable {
  flush(): void;
}

/** Longest that what could leave waits for the rest of the turn, in ms: other callbacks may be long ones. */
const maxWait = 0.5;

let connections = 0;
let turn = 0;
/** Whether this turn of the event loop has read a socket of a client's. */
let isReading = false;
let waiting: Flushable[] = [];
let since = 0;

/** Counts up when connections write: what is sent on one of a client's while it stays the same leaves in one write. */
export function currentTurn(): number {
  return turn;
}

/** Counts a client's connection in, for {@link atTurnEnd}. */
export function countConnection(): void {
  connections++;
}

export function uncountConnection(): void {
  connections--;
}

/** How many connections of clients the process has. */
export function connectionCount(): number {
  return connections;
}

/** A client's connection has read from its socket: others may be next, and what comes on them starts more calls. */
export function noteRead(): void {
  if (isReading || connections < 2) return;
  isReading = true;
  setImmediate(endTurn);
}

/** Writes when all promises that what runs now has settled have had their say. */
export function atOnce(output: Flushable): void {
  process.nextTick(flush, output);
}

/**
 * The same for a client's connection; where answers come on several, it writes once all sockets are read that this turn of the event loop
 * found readable. What comes on one starts calls on others: 16 connections with 64 calls in flight, each flushed after each socket that
 * was read, made 0.86 writes a call, so 0.43, and the client took a fifth less time.
 */
export function atTurnEnd(output: Flushable): void {
  if (!isReading) return atOnce(output);
  if (waiting.length === 0) since = now();
  else if (now() - since > maxWait) process.nextTick(flushAll);
  waiting.push(output);
}

function endTurn(): void {
  isReading = false;
  flushAll();
}

function flushAll(): void {
  turn++;
  const due = waiting;
  waiting = [];
  let begun = 0;
  try {
    for (const output of due) {
      begun++;
      output.flush();
    }
  } finally {
    // One that throws ends this callback, and must not keep what the others have to write.
    for (const output of due.slice(begun)) atTurnEnd(output);
  }
}

/** One function for all: each would else hold its own. */
function flush(output: Flushable): void {
  turn++;
  output.flush();
}
