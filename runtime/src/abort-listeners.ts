/** What waits on a signal besides other things. */
export interface AbortListener {
  handleEvent(event: Event): void;
}

/*
 * Any number of calls may share a signal, and Node warns of a leak where one has more than ten listeners. So each signal
 * has one, and here are those behind it.
 */
const listeners = new WeakMap<EventTarget, Set<AbortListener>>();

/** @throws TypeError for what is no signal, such as the controller of one */
function checkSignal(signal: Partial<AbortSignal> | null): void {
  // Of any realm, or a polyfill's.
  if (typeof signal?.addEventListener === "function") return;
  const given = Object.prototype.toString.call(signal);
  throw new TypeError(
    `signal is ${given}: it takes an AbortSignal, such as the signal of an AbortController`,
  );
}

/**
 * Calls back once when the signal fires; it must not have fired yet.
 * @throws TypeError for what is no signal
 */
export function listenForAbort(signal: AbortSignal, listener: AbortListener): void {
  let waiting = listeners.get(signal);
  if (waiting === undefined) {
    checkSignal(signal);
    waiting = new Set();
    listeners.set(signal, waiting);
    signal.addEventListener("abort", tellAll);
  }
  waiting.add(listener);
}

/** The listener no longer waits. */
export function ignoreAbort(signal: AbortSignal, listener: AbortListener): void {
  const waiting = listeners.get(signal);
  if (waiting?.delete(listener) !== true || waiting.size > 0) return;
  listeners.delete(signal);
  signal.removeEventListener("abort", tellAll);
}

function tellAll(event: Event): void {
  const waiting = listeners.get(event.currentTarget!);
  if (waiting === undefined) return;
  for (const listener of [...waiting]) if (waiting.has(listener)) listener.handleEvent(event);
}
