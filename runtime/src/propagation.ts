import type { AsyncLocalStorage } from "node:async_hooks";

/** What a call made inside a handler inherits. */
export interface EnclosingCall {
  /** Absolute, on the monotonic clock; `Infinity` for none. */
  readonly deadline: number;
  /** Fires when the enclosing call's caller is gone or its deadline has passed. */
  readonly signal: AbortSignal;
}

let storage: AsyncLocalStorage<EnclosingCall | undefined> | undefined;
let servers = 0;
let channels = 0;

/** Counts a server in, until the returned function is called. */
export function countServer(): () => void {
  servers++;
  return once(() => servers--);
}

/** Counts an open channel in, until the returned function is called. */
export function countChannel(): () => void {
  channels++;
  return once(() => channels--);
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (!done) action();
    done = true;
  };
}

/**
 * Whether handlers need to run inside their call: only where this process has both a server and an open channel. Entering it costs
 * around a microsecond a call, and on Node 20 everything asynchronous once it was entered at all.
 */
export function propagates(): boolean {
  return servers > 0 && channels > 0;
}

/** Runs a handler so that calls made inside it inherit its deadline and its signal. */
export function runInside<T>(call: EnclosingCall, handler: () => T): T {
  // Loaded here: most clients are no servers.
  storage ??= new (process.getBuiltinModule("node:async_hooks").AsyncLocalStorage)();
  return storage.run(call, handler);
}

/** Goes on with what belongs to a call, in whatever context that comes up; `undefined` for a call that no handler made. */
export function resumeInside<T>(call: EnclosingCall | undefined, work: () => T): T {
  return call === undefined ? detach(work) : runInside(call, work);
}

/** The call whose handler this code runs in. */
export function enclosingCall(): EnclosingCall | undefined {
  return storage?.getStore();
}

/**
 * Runs a function outside the enclosing call: the calls that it makes inherit neither deadline nor cancellation.
 * For work that must go on after the handler has answered.
 */
export function detach<T>(work: () => T): T {
  return storage === undefined ? work() : storage.run(undefined, work);
}
