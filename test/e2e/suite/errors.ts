import { RpcError } from "@gorpc/runtime";
import { expect, it } from "vitest";
import {
  Arith,
  Closed,
  DivideByZero,
  isDivideError,
  Rounding,
  type Sample,
  TooLarge,
} from "../arith.gorpc.ts";
import { failureOf, matching } from "../waiting.ts";
import type { Setup, World } from "../world.ts";

const sample: Sample = {
  text: "t",
  big: 1n,
  ratio: 0.5,
  at: new Date(0),
  takes: 0,
  rounding: Rounding.DOWN,
  shape: { kind: "circle", value: 2 },
  data: Uint8Array.of(1),
  tags: ["x"],
  counts: {},
  note: undefined,
  names: new Map(),
};

/** What a caller learns of a call that fails. */
export function errors(start: (setup?: Setup) => Promise<World>): void {
  it("gives a typed error with its fields, as its class", async () => {
    const { arith } = await start();
    const error = await failureOf(arith.divide({ left: 7, right: 0 }));
    expect(error).toBeInstanceOf(DivideByZero);
    expect(isDivideError(error)).toBe(true);
    expect(error).toMatchObject({
      name: "DivideByZero",
      kind: "DivideByZero",
      code: "INVALID_ARGUMENT",
      dividend: 7,
      rawMessage: "DivideByZero: Division by zero has no answer.",
      sent: "yes",
    });
    expect(error.message).toMatch(/^\/test\.arith\.v1\.Arith\/Divide at .+: DivideByZero: Division by zero/);
  });

  it("gives a typed error's message, and fields of every kind", async () => {
    const { arith } = await start({
      handlers: {
        divide: () => {
          throw new TooLarge({ limit: 2n ** 60n, hint: "less", samples: [sample] }, "too much of it");
        },
      },
    });
    const error = await failureOf(arith.divide({ left: 1, right: 1 }));
    expect(error).toBeInstanceOf(TooLarge);
    expect(error).toMatchObject({ limit: 2n ** 60n, hint: "less", samples: [sample], code: "OUT_OF_RANGE" });
    expect(error.rawMessage).toBe("too much of it");
  });

  it("gives a typed error without fields", async () => {
    const { arith } = await start({ handlers: { divide: () => Promise.reject(new Closed()) } });
    const error = await failureOf(arith.divide({ left: 1, right: 1 }));
    expect(error).toBeInstanceOf(Closed);
    expect(error.code).toBe("UNAVAILABLE");
  });

  it("gives a typed error that the method does not declare by code and message alone", async () => {
    const { arith } = await start({
      handlers: {
        sum: () => {
          throw new DivideByZero({ dividend: 1 });
        },
      },
    });
    const error = await failureOf(arith.sum({ left: 1, right: 1 }));
    expect(error).not.toBeInstanceOf(DivideByZero);
    expect(error).toMatchObject({ code: "INVALID_ARGUMENT", rawMessage: matching(/Division by zero/) });
  });

  it("gives a handler's RpcError with code, message, retryAfter and sent", async () => {
    const { arith, log } = await start({
      handlers: {
        sum: () => {
          throw new RpcError("FAILED_PRECONDITION", "not yet", { retryAfter: 1500 });
        },
      },
    });
    const error = await failureOf(arith.sum({ left: 1, right: 1 }));
    expect(error).toMatchObject({
      code: "FAILED_PRECONDITION",
      rawMessage: "not yet",
      retryAfter: 1500,
      sent: "yes",
    });
    expect(log).toEqual([]);
  });

  it.each([
    ["thrown", (): number => JSON.parse("secret") as number],
    ["rejected", (): Promise<number> => Promise.reject(new Error("secret"))],
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what JavaScript lets a handler do
    ["not even an error", (): Promise<number> => Promise.reject("secret")],
  ])("gives nothing away of an exception %s, and logs it", async (_how, sum) => {
    const { arith, log } = await start({ handlers: { sum } });
    const error = await failureOf(arith.sum({ left: 1, right: 1 }));
    expect(error).toMatchObject({ code: "INTERNAL", sent: "yes", rawMessage: "the handler failed" });
    expect(error.cause).toBeUndefined();
    expect(log).toHaveLength(1);
    expect(log[0]).toMatchObject({ level: "error", message: "/test.arith.v1.Arith/Sum: the handler failed" });
    expect(String(log[0]!.details["error"])).toContain("secret");
  });

  it("refuses a request that cannot be encoded, and sends nothing of it", async () => {
    const { arith } = await start();
    const wrong = { left: () => 1, right: 2 } as never;
    const error = await failureOf(arith.sum(wrong));
    expect(error).toMatchObject({ code: "INVALID_ARGUMENT", sent: "no" });
    expect(error.message).toContain("the request cannot be encoded");
    expect(await arith.sum({ left: 1, right: 2 })).toBe(3);
  });

  it("answers INTERNAL where the handler's value cannot be encoded, and logs why", async () => {
    const { arith, log } = await start({ handlers: { divide: () => (() => 1) as never } });
    const error = await failureOf(arith.divide({ left: 1, right: 2 }));
    expect(error).toMatchObject({ code: "INTERNAL", sent: "yes" });
    expect(log).toMatchObject([
      { level: "error", message: matching(/Divide: the handler's answer cannot be encoded: /) },
    ]);
    expect(await arith.sum({ left: 1, right: 2 })).toBe(3);
  });

  it("answers UNIMPLEMENTED where a handler is missing, and warns once when it is registered", async () => {
    const { arith, log } = await start({ handlers: { sum: undefined as never } });
    expect(log).toMatchObject([
      { level: "warn", message: matching(/Arith\/Sum has no handler: add sum\(\)/) },
    ]);
    const failures = [
      await failureOf(arith.sum({ left: 1, right: 1 })),
      await failureOf(arith.sum({ left: 1, right: 1 })),
    ];
    for (const error of failures) {
      expect(error.code).toBe("UNIMPLEMENTED");
      expect(error.message).toContain("/test.arith.v1.Arith/Sum has no handler");
    }
    expect(log).toHaveLength(1);
  });

  it("answers UNIMPLEMENTED for a method and for a service that the server does not know", async () => {
    const { channel, log } = await start();
    const newer = { ...Arith.methods.sum, path: "/test.arith.v1.Arith/Root" };
    const other = { ...Arith.methods.sum, path: "/test.other.v1.Other/Sum" };
    const request = { left: 1, right: 1 };
    expect(await failureOf(channel.unary(newer, request))).toMatchObject({
      code: "UNIMPLEMENTED",
      sent: "no",
      rawMessage: matching(/test\.arith\.v1\.Arith has no method Root on this server/),
    });
    expect(await failureOf(channel.unary(other, request))).toMatchObject({
      code: "UNIMPLEMENTED",
      sent: "no",
      rawMessage: matching(/no service test\.other\.v1\.Other is registered/),
    });
    expect(log).toMatchObject([
      {
        level: "warn",
        message: matching(/^a call from .+ refused: test\.arith\.v1\.Arith has no method Root/),
      },
      { level: "warn", message: matching(/^a call from .+ refused: no service test\.other\.v1\.Other/) },
    ]);
  });
}
