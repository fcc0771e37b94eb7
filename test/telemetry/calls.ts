import type { RpcError } from "@gorpc/runtime";
import type { ArithClient, ArithHandlers } from "../e2e/arith.gorpc.ts";

/** Resolves when the signal fires. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Handlers that wait for their callers where the calls below need it. */
export const waitingHandlers: Partial<ArithHandlers> = {
  async slow(_takes, { signal }) {
    await aborted(signal);
    return "too late";
  },
  async *countTo(limit, { signal }) {
    for (let i = 1; i <= limit && !signal.aborted; i++) yield i;
  },
  negate() {
    throw new Error("a secret of the handler");
  },
};

/** One line, and nothing behind it until the call has ended. */
async function* oneLine(ended: AbortSignal): AsyncIterable<string> {
  yield "a";
  await aborted(ended);
}

/** A stream whose deadline passes while both sides wait for each other. */
async function runOutOfTime(arith: ArithClient): Promise<void> {
  const ended = new AbortController();
  await codeOf(readAll(arith.chat(oneLine(ended.signal))));
  ended.abort();
}

/** One way a call goes, and what its two sides should say of it. */
export interface Course {
  readonly name: string;
  readonly method: string;
  readonly kind: string;
  /** In ms: the server's bound, which a call cannot reach before its handler. */
  readonly handleTimeout?: number;
  readonly run: (arith: ArithClient) => Promise<unknown>;
  readonly code: string;
  /** Requests and responses that went by. */
  readonly requests: number;
  readonly responses: number;
  /** Where the count on a side depends on when it learnt of the end. */
  readonly anyOnClient?: true;
  readonly anyOnServer?: true;
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "OK";
  } catch (error) {
    return (error as RpcError).code;
  }
}

async function readAll(responses: AsyncIterable<unknown>): Promise<void> {
  const read: unknown[] = [];
  for await (const response of responses) read.push(response);
}

async function leaveAfterTwo(responses: AsyncIterable<unknown>): Promise<void> {
  let left = 2;
  for await (const response of responses) {
    if (response !== undefined && --left === 0) return;
  }
}

async function* broken(): AsyncIterable<string> {
  yield "a";
  throw new Error("no more lines");
}

/** Every kind of method, and every way that a call can end. */
export const courses: readonly Course[] = [
  {
    name: "a unary call",
    method: "Sum",
    kind: "unary",
    run: (arith) => arith.sum({ left: 1, right: 2 }),
    ...{ code: "OK", requests: 1, responses: 1 },
  },
  {
    name: "a typed error",
    method: "Divide",
    kind: "unary",
    run: (arith) => codeOf(arith.divide({ left: 1, right: 0 })),
    ...{ code: "INVALID_ARGUMENT", requests: 1, responses: 0 },
  },
  {
    name: "a handler that fails",
    method: "Negate",
    kind: "unary",
    run: (arith) => codeOf(arith.negate(1)),
    ...{ code: "INTERNAL", requests: 1, responses: 0 },
  },
  {
    name: "a deadline",
    method: "Slow",
    kind: "unary",
    handleTimeout: 30,
    run: (arith) => codeOf(arith.slow(0)),
    ...{ code: "DEADLINE_EXCEEDED", requests: 1, responses: 0 },
    anyOnServer: true,
  },
  {
    name: "a stream from the server",
    method: "CountTo",
    kind: "server-stream",
    run: (arith) => readAll(arith.countTo(3)),
    ...{ code: "OK", requests: 1, responses: 3 },
  },
  {
    name: "a stream from the server that is left",
    method: "CountTo",
    kind: "server-stream",
    run: (arith) => leaveAfterTwo(arith.countTo(1_000_000_000)),
    ...{ code: "CANCELLED", requests: 1, responses: 2 },
    anyOnServer: true,
  },
  {
    name: "a stream from the client",
    method: "AddUp",
    kind: "client-stream",
    run: (arith) => arith.addUp([1, 2, 3, 4]),
    ...{ code: "OK", requests: 4, responses: 1 },
  },
  {
    name: "a stream both ways",
    method: "Chat",
    kind: "bidi-stream",
    run: (arith) => readAll(arith.chat(["a", "b"])),
    ...{ code: "OK", requests: 2, responses: 2 },
  },
  {
    name: "a stream's deadline",
    method: "Chat",
    kind: "bidi-stream",
    handleTimeout: 60,
    run: runOutOfTime,
    ...{ code: "DEADLINE_EXCEEDED", requests: 1, responses: 1 },
    anyOnClient: true,
    anyOnServer: true,
  },
];

/** A stream whose caller's own requests fail. */
export async function failingRequests(arith: ArithClient): Promise<unknown> {
  return codeOf(readAll(arith.chat(broken())));
}
