/** The longest that a timer can wait, in ms, some 24 days: one that is set to more fires at once. */
export const longestTimer = 0x7fff_ffff;

/** A timer of Node's, or of the clock that a test has put in its place. */
export type Timer = NodeJS.Timeout | OwnTimer;

/** What a clock's own timers can do. */
export interface OwnTimer {
  cancel(): void;
  /** Keeps the process alive until it has fired. */
  ref(): OwnTimer;
  unref(): OwnTimer;
}

type SetTimer = (ms: number, run: () => void) => Timer;

const setReal: SetTimer = (ms, run) => setTimeout(run, ms);
let set = setReal;

/** Sets timers on another clock; without one, on Node's again. */
export function setTimersOn(clock: SetTimer = setReal): void {
  set = clock;
}

/** Runs something after a time in ms. A time that is longer than a timer can wait counts as none. */
export function startTimer(ms: number, run: () => void): Timer | undefined {
  return ms > longestTimer ? undefined : set(ms, run);
}

export function stopTimer(timer: Timer | undefined): void {
  if (timer !== undefined && "cancel" in timer) timer.cancel();
  else clearTimeout(timer);
}

/**
 * Waits for a time in ms; ends early when the signal fires, and tells nobody.
 * @param isReason - whether it is a reason for the process to stay alive
 */
export function sleep(ms: number, signal: AbortSignal, isReason = true): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      stopTimer(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = startTimer(ms, end);
    if (!isReason) timer?.unref();
    signal.addEventListener("abort", end);
  });
}
