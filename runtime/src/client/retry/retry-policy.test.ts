import { describe, expect, it } from "vitest";
import { RpcError, type RpcErrorOptions, type StatusCode } from "../../errors.ts";
import { TypedError } from "../../schema/typed-error.ts";
import { resolveHedge } from "./hedge-options.ts";
import { resolveRetry, type RetryOptions } from "./retry-options.ts";
import { RetryPolicy } from "./retry-policy.ts";
import { get, put } from "./scripted-channel.fixture.ts";

class Closed extends TypedError {
  readonly kind = "Closed";
}

function policy(options: RetryOptions = {}, random = 1): RetryPolicy {
  return new RetryPolicy(resolveRetry(options), () => random);
}

describe("what is tried again", () => {
  const cases: [StatusCode, RpcErrorOptions, idempotent: boolean, other: boolean][] = [
    ["UNAVAILABLE", { sent: "no" }, true, true],
    ["UNAVAILABLE", { sent: "maybe" }, true, false],
    ["UNAVAILABLE", { sent: "yes" }, true, false],
    ["UNAVAILABLE", {}, true, false],
    ["RESOURCE_EXHAUSTED", { sent: "no" }, true, true],
    ["RESOURCE_EXHAUSTED", { sent: "yes" }, false, false],
    ["RESOURCE_EXHAUSTED", { sent: "yes", retryAfter: 5 }, true, false],
    ["RESOURCE_EXHAUSTED", { sent: "no", cause: new Error("too large") }, false, false],
    ["CANCELLED", { sent: "no" }, false, false],
    ["DEADLINE_EXCEEDED", { sent: "no" }, false, false],
    ["INTERNAL", { sent: "yes" }, false, false],
    ["ABORTED", { sent: "yes", retryAfter: 5 }, false, false],
  ];
  it.each(cases)("%s %o: idempotent %s, other %s", (code, options, idempotent, other) => {
    const error = new RpcError(code, "", options);
    expect(policy().allows(get, error)).toBe(idempotent);
    expect(policy().allows(put, error)).toBe(other);
  });

  it("is what the codes given say, and nothing else", () => {
    const own = policy({ codes: ["ABORTED"] });
    expect(own.allows(get, new RpcError("ABORTED", "", { sent: "yes" }))).toBe(true);
    expect(own.allows(put, new RpcError("ABORTED", "", { sent: "yes" }))).toBe(false);
    expect(own.allows(get, new RpcError("UNAVAILABLE", "", { sent: "no" }))).toBe(false);
  });

  it("is no typed error, unless asked for", () => {
    const closed = new Closed({ name: "Closed", code: "UNAVAILABLE", defaultMessage: "" }, "", {
      sent: "yes",
    });
    expect(policy().allows(get, closed)).toBe(false);
    expect(policy({ typedErrors: true }).allows(get, closed)).toBe(true);
    expect(policy({ typedErrors: true }).allows(put, closed)).toBe(false);
  });
});

describe("the pause", () => {
  const error = new RpcError("UNAVAILABLE");

  it("doubles up to its longest, and is spread over all of it", () => {
    const options = { backoff: 100, maxBackoff: 350 };
    const pauses = (random: number): number[] =>
      [1, 2, 3, 4].map((failures) => policy(options, random).pause(failures, error));
    expect(pauses(1)).toEqual([100, 200, 350, 350]);
    expect(pauses(0.5)).toEqual([50, 100, 175, 175]);
    expect(pauses(0)).toEqual([0, 0, 0, 0]);
  });

  it("is never shorter than the server asks for", () => {
    const later = new RpcError("UNAVAILABLE", "", { retryAfter: 400 });
    expect(policy({ backoff: 100 }, 0).pause(1, later)).toBe(400);
    expect(policy({ backoff: 100 }, 0.5).pause(1, later)).toBe(450);
  });
});

describe("options", () => {
  it("have defaults", () => {
    expect(resolveRetry()).toEqual({
      attempts: 3,
      codes: undefined,
      typedErrors: false,
      backoff: 50,
      maxBackoff: 2_000,
      budgetPercent: 20,
      budgetPerSecond: 10,
    });
    expect(resolveRetry(false).attempts).toBe(1);
    expect(resolveHedge({ after: 20 })).toEqual({ delay: 20, quantile: undefined, attempts: 2 });
    expect(resolveHedge({ after: "p99.5", attempts: 3 })).toEqual({
      delay: undefined,
      quantile: 0.995,
      attempts: 3,
    });
  });

  it.each<[RetryOptions, string]>([
    [{ attempts: 0 }, "retry.attempts is 0: it takes an integer from 1 to 8"],
    [{ attempts: 9 }, "retry.attempts is 9"],
    [{ attempts: 1.5 }, "retry.attempts is 1.5"],
    [{ backoff: 0 }, "retry.backoff is 0: it takes milliseconds above 0"],
    [{ maxBackoff: Number.NaN }, "retry.maxBackoff is NaN"],
    [{ budgetPercent: -1 }, "retry.budgetPercent is -1: it takes an integer from 0 to 1000"],
    [{ budgetPerSecond: Infinity }, "retry.budgetPerSecond is Infinity"],
    [{ codes: ["OK" as StatusCode] }, 'retry.codes takes codes of gRPC by name, not "OK"'],
    [{ codes: [14 as unknown as StatusCode] }, "retry.codes takes codes of gRPC by name, not 14"],
  ])("that cannot be meant are refused: %o", (options, message) => {
    expect(() => resolveRetry(options)).toThrow(message);
  });

  it.each([0, -1, Number.NaN, "p0", "p100", "p99.99", "95", "p-5", "p9e1"])(
    "hedge.after %s is refused",
    (after) => {
      expect(() => resolveHedge({ after: after as number })).toThrow(/^hedge\.after is /);
    },
  );

  it.each([1, 9, 2.5])("hedge.attempts %s is refused", (attempts) => {
    expect(() => resolveHedge({ after: 5, attempts })).toThrow(/^hedge\.attempts is /);
  });
});
