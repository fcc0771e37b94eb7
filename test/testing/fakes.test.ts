import { RpcError } from "@gorpc/runtime";
import { fakes, testChannel } from "@gorpc/runtime/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { Arith, ArithClient, type ArithHandlers, DivideByZero } from "../e2e/arith.gorpc.ts";
import { failureOf, matching } from "../e2e/waiting.ts";

function clientTo(
  ...[handlers, options]: [Partial<ArithHandlers>, Parameters<typeof testChannel>[2]?]
): ArithClient {
  const channel = testChannel(Arith, handlers, options);
  onTestFinished(() => channel.close());
  return new ArithClient(channel);
}

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const got: T[] = [];
  for await (const value of values) got.push(value);
  return got;
}

/** A fake with a state of its own, of which only this class knows. */
class Counting implements Partial<ArithHandlers> {
  #calls = 0;

  negate(value: number): number {
    return -value - this.#calls++;
  }
}

describe("a channel to fakes", () => {
  it("answers with what the test gives: values, typed errors, metadata", async () => {
    const arith = clientTo({
      sum: ({ left, right }, { metadata }) => left + right + Number(metadata.get("more") ?? 0),
      divide: ({ left }) => {
        throw new DivideByZero({ dividend: left });
      },
    });
    expect(await arith.sum({ left: 1, right: 2 }, { metadata: { more: "4" } })).toBe(7);
    const failure = await failureOf(arith.divide({ left: 5, right: 0 }));
    expect(failure).toBeInstanceOf(DivideByZero);
    expect(failure).toMatchObject({ dividend: 5 });
  });

  it("goes through the real protocol: what does not encode is refused", async () => {
    const arith = clientTo({ negate: () => "one" as never });
    expect(await failureOf(arith.negate("x" as never))).toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(await failureOf(arith.negate(1))).toMatchObject({ code: "INTERNAL" });
  });

  it("fails with UNIMPLEMENTED what is not faked, and names it", async () => {
    const arith = clientTo({});
    expect(await failureOf(arith.sum({ left: 1, right: 2 }))).toMatchObject({
      code: "UNIMPLEMENTED",
      rawMessage: "/test.arith.v1.Arith/Sum is not faked: give sum() to the test's handlers",
    });
    expect(await failureOf(arith.addUp([1]))).toMatchObject({
      code: "UNIMPLEMENTED",
      rawMessage: matching(/AddUp is not faked/),
    });
    const counted = collect(arith.countTo(3));
    expect(await failureOf(counted)).toMatchObject({ rawMessage: matching(/CountTo is not faked/) });
  });

  it("streams", async () => {
    const arith = clientTo({
      async *countTo(limit) {
        for (let i = 1; i <= limit; i++) yield i;
      },
    });
    expect(await collect(arith.countTo(3))).toEqual([1, 2, 3]);
  });

  it("takes instances with private state, and fakes that are exchanged later", async () => {
    const counting = new Counting();
    const arith = clientTo(counting);
    expect(await arith.negate(1)).toBe(-1);
    expect(await arith.negate(1)).toBe(-2);
    counting.negate = () => 9;
    expect(await arith.negate(1)).toBe(9);
  });

  it("takes the options of channels and of the server behind it", async () => {
    const slow = clientTo({ ping: () => new Promise(() => {}) }, { timeout: 20 });
    expect(await failureOf(slow.ping())).toMatchObject({ code: "DEADLINE_EXCEEDED" });
    const logged: string[] = [];
    const logger = { warn: () => {}, error: (message: string) => void logged.push(message) };
    const failing = clientTo(
      {
        ping: () => {
          throw new Error("oh");
        },
      },
      { server: { logger } },
    );
    expect(await failureOf(failing.ping())).toMatchObject({ code: "INTERNAL" });
    expect(logged).toEqual(["/test.arith.v1.Arith/Ping: the handler failed"]);
  });

  it("closes its server with it: a call that was under way is not waited for by that", async () => {
    const channel = testChannel(Arith, { ping: () => {} });
    const arith = new ArithClient(channel);
    await arith.ping();
    await channel.close();
    expect(await failureOf(arith.ping())).toMatchObject({ code: "UNAVAILABLE", sent: "no" });
  });
});

describe("fakes of a server with several services", () => {
  it("are handlers, of which only those given are there", () => {
    const handlers = fakes(Arith, { sum: () => 1 });
    expect(handlers.sum({ left: 0, right: 0 }, undefined as never)).toBe(1);
    expect(() => handlers.ping(undefined as never)).toThrow(RpcError);
  });
});

describe("faults in memory", () => {
  it("single bytes change nothing", async () => {
    const arith = clientTo(
      { sum: ({ left, right }) => left + right, blob: (bytes) => bytes },
      { faults: { toServer: { split: 1 }, toClient: { split: 1 } } },
    );
    expect(await arith.sum({ left: 1, right: 2 })).toBe(3);
    const bytes = new Uint8Array(20_000).fill(3);
    expect(Buffer.compare(await arith.blob(bytes), bytes)).toBe(0);
  });

  it("a half-open connection runs the call and loses its answer", async () => {
    let ran = 0;
    const arith = clientTo(
      { ping: () => void ran++, sum: () => 3 },
      { faults: { toClient: { dropAfter: 300 } }, timeout: 200 },
    );
    await arith.sum({ left: 1, right: 2 });
    const failures = await Promise.all(
      Array.from({ length: 30 }, () => failureOf(arith.ping()).catch(() => undefined)),
    );
    const lost = failures.filter((failure) => failure !== undefined);
    expect(ran).toBe(30);
    expect(lost.length).toBeGreaterThan(0);
    for (const failure of lost) expect(failure).toMatchObject({ code: "DEADLINE_EXCEEDED", sent: "maybe" });
  });

  it("a cut connection is dialled again, and is cut again at the same byte", async () => {
    const outcomes = async (seed: number): Promise<string[]> => {
      const arith = clientTo(
        { negate: (value) => -value },
        { faults: { seed, toClient: { cutAfter: [250, 400] } } },
      );
      const got: string[] = [];
      for (let i = 0; i < 40; i++)
        got.push(await arith.negate(i).then(String, (error: RpcError) => error.code));
      return got;
    };
    const first = await outcomes(3);
    expect(new Set(first.map((text) => text === "UNAVAILABLE"))).toEqual(new Set([true, false]));
    expect(await outcomes(3)).toEqual(first);
  });
});
