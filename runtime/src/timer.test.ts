import { describe, expect, it } from "vitest";
import { longestTimer, type OwnTimer, setTimersOn, sleep, startTimer, stopTimer } from "./timer.ts";

const never = new AbortController().signal;

describe("a timer", () => {
  it("runs once its time is over, unless it was stopped", async () => {
    const ran: string[] = [];
    stopTimer(startTimer(1, () => ran.push("stopped")));
    await new Promise<void>((resolve) => {
      startTimer(2, () => {
        ran.push("ran");
        resolve();
      });
    });
    expect(ran).toEqual(["ran"]);
    stopTimer(undefined);
  });

  it("of a time that is longer than a timer can wait is none", () => {
    expect(startTimer(longestTimer + 1, () => {})).toBeUndefined();
    expect(startTimer(Infinity, () => {})).toBeUndefined();
  });

  it("is set and stopped on the clock that is there", () => {
    const seen: unknown[] = [];
    const own: OwnTimer = { cancel: () => void seen.push("cancelled"), ref: () => own, unref: () => own };
    setTimersOn((ms) => {
      seen.push(ms);
      return own;
    });
    try {
      stopTimer(startTimer(50, () => {}));
    } finally {
      setTimersOn();
    }
    expect(seen).toEqual([50, "cancelled"]);
    stopTimer(startTimer(50, () => {}));
    expect(seen).toHaveLength(2);
  });
});

describe("a sleep", () => {
  it("ends after its time, or when its signal fires, or has fired", async () => {
    await sleep(1, never);
    const stop = new AbortController();
    const sleeping = sleep(3_600_000, stop.signal);
    stop.abort();
    await sleeping;
    await sleep(3_600_000, stop.signal);
  });

  it("that is no reason for the process to stay leaves none", () => {
    const stop = new AbortController();
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = timers();
    void sleep(3_600_000, stop.signal, false);
    expect(timers()).toBe(before);
    void sleep(3_600_000, stop.signal);
    expect(timers()).toBe(before + 1);
    stop.abort();
    expect(timers()).toBe(before);
  });
});
