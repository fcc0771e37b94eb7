import { describe, expect, it } from "vitest";
import {
  channelLimits,
  checkTime,
  type Limits,
  minimumLimits,
  resolveLimits,
  serverLimits,
} from "./limits.ts";

const names = Object.keys(serverLimits) as (keyof Limits)[];

describe("limits", () => {
  it("are the defaults with the given ones over them", () => {
    expect(resolveLimits(serverLimits, {})).toEqual(serverLimits);
    expect(resolveLimits(channelLimits, { maxConcurrentCalls: 100 })).toEqual({
      ...channelLimits,
      maxConcurrentCalls: 100,
    });
  });

  it.each(names)("refuse %s below its least, above its most and between integers, by name", (name) => {
    for (const value of [minimumLimits[name] - 1, 2 ** 31, minimumLimits[name] + 0.5, NaN, -1]) {
      expect(() => resolveLimits(serverLimits, { [name]: value })).toThrow(
        new RegExp(`^${name} is ${value}: it takes an integer from ${minimumLimits[name]} to \\d+$`),
      );
    }
    expect(resolveLimits(serverLimits, { [name]: minimumLimits[name] })[name]).toBeGreaterThanOrEqual(
      minimumLimits[name],
    );
  });

  it("let a message that may be sent be put together", () => {
    const limits = resolveLimits(serverLimits, { maxMessageBytes: 1e9, maxReassemblyBytes: 2e6 });
    expect(limits.maxReassemblyBytes).toBe(1e9);
  });

  it("let a frame hold all metadata that may be sent", () => {
    expect(() => resolveLimits(serverLimits, { maxMetadataBytes: 131_072 })).toThrow(
      "maxMetadataBytes is 131072: a frame must hold it, so it takes at most 129024 where maxFrameBytes is 131072",
    );
    const both = { maxMetadataBytes: 131_072, maxFrameBytes: 133_120 };
    expect(resolveLimits(serverLimits, both)).toMatchObject(both);
  });
});

describe("a time", () => {
  it("is above 0; Infinity is none", () => {
    expect([0.5, 1, Infinity].map((ms) => checkTime("timeout", ms))).toEqual([0.5, 1, Infinity]);
    for (const ms of [0, -1, NaN, "5" as unknown as number]) {
      expect(() => checkTime("timeout", ms)).toThrow(`timeout is ${ms}: it takes milliseconds above 0`);
    }
  });
});
