import { type CallContext, type ClientInterceptor, RpcError, type ServerInterceptor } from "@gorpc/runtime";
import { expect, it } from "vitest";
import { deferred, failureOf, until } from "../waiting.ts";
import type { Setup, World } from "../world.ts";

/** All that a stream gives, and what it fails with behind that. */
export async function drain<T>(stream: AsyncIterable<T>): Promise<{ values: T[]; error?: RpcError }> {
  const values: T[] = [];
  try {
    for await (const value of stream) values.push(value);
    return { values };
  } catch (error) {
    expect(error).toBeInstanceOf(RpcError);
    return { values, error: error as RpcError };
  }
}

/** Streams of all kinds, and how they end well. */
export function streams(start: (setup?: Setup) => Promise<World>): void {
  it("carries each kind: from the server, from the client, both ways", async () => {
    const { arith, channel, server, log } = await start();
    expect(await drain(arith.countTo(5))).toEqual({ values: [1, 2, 3, 4, 5] });
    expect(await arith.addUp([1, 2, 3])).toBe(6n);
    expect(await drain(arith.chat(["a", "b"]))).toEqual({ values: ["A", "B"] });
    await channel.close();
    await until(() => server.connections === 0);
    expect(log).toEqual([]);
  });

  it("carries streams without a message", async () => {
    const { arith } = await start();
    expect(await drain(arith.countTo(0))).toEqual({ values: [] });
    expect(await arith.addUp([])).toBe(0n);
    expect(await drain(arith.chat([]))).toEqual({ values: [] });
  });

  it("takes requests from arrays, sets, generators and async generators", async () => {
    const { arith } = await start();
    function* numbers(): Generator<number> {
      yield 1;
      yield 2;
    }
    async function* later(): AsyncGenerator<number> {
      for (const n of numbers()) yield await Promise.resolve(n);
    }
    expect(await arith.addUp(new Set([4, 5]))).toBe(9n);
    expect(await arith.addUp(numbers())).toBe(3n);
    expect(await arith.addUp(later())).toBe(3n);
  });

  it("keeps the order of small messages and of those that are larger than a frame", async () => {
    const { arith } = await start();
    const lines = Array.from({ length: 60 }, (_, i) =>
      `${i} `.padEnd([2, 70_000, 10, 200_000, 1_000][i % 5]!, "x"),
    );
    const { values, error } = await drain(arith.chat(lines));
    expect(error).toBeUndefined();
    expect(values.map((line) => line.toLowerCase())).toEqual(lines);
  });

  it("answers each line before the next is asked for, where both sides talk", async () => {
    const { arith } = await start();
    let answered = deferred();
    const order: string[] = [];
    async function* lines(): AsyncGenerator<string> {
      for (const line of ["a", "b", "c"]) {
        order.push(line);
        yield line;
        await answered.promise;
        answered = deferred();
      }
    }
    for await (const line of arith.chat(lines())) {
      order.push(line);
      answered.resolve();
    }
    expect(order).toEqual(["a", "A", "b", "B", "c", "C"]);
  });

  it("lets the server go on when the client has said all", async () => {
    const { arith } = await start({
      handlers: {
        async *chat(lines) {
          let count = 0;
          for await (const line of lines) count += line.length;
          for (let i = 0; i < 3; i++) yield `${count}`;
        },
      },
    });
    expect(await drain(arith.chat(["ab", "c"]))).toEqual({ values: ["3", "3", "3"] });
  });

  it("gives an error of the handler behind the messages before it, with its trailers", async () => {
    const { arith, log } = await start({
      handlers: {
        async *countTo(limit, context) {
          context.trailers.append("by", "counter");
          for (let i = 1; i <= limit; i++) yield i;
          throw new RpcError("OUT_OF_RANGE", "no more", { retryAfter: 7 });
        },
      },
    });
    let by: unknown;
    const { values, error } = await drain(
      arith.countTo(3, { onTrailers: (trailers) => (by = trailers.get("by")) }),
    );
    expect(values).toEqual([1, 2, 3]);
    expect(error).toMatchObject({ code: "OUT_OF_RANGE", rawMessage: "no more", retryAfter: 7, sent: "yes" });
    expect(by).toBe("counter");
    expect(log).toEqual([]);
  });

  it("gives trailers at the end of each kind", async () => {
    const by = (context: CallContext): void => void context.trailers.append("by", context.method.localName);
    const { arith } = await start({
      handlers: {
        async *countTo(_limit, context) {
          by(context);
          yield 1;
        },
        async addUp(_values, context) {
          by(context);
          return 1n;
        },
        async *chat(_lines, context) {
          yield "";
          by(context);
        },
      },
    });
    const seen: unknown[] = [];
    const options = {
      onTrailers: (trailers: { get(key: string): unknown }) => void seen.push(trailers.get("by")),
    };
    await drain(arith.countTo(1, options));
    await arith.addUp([], options);
    await drain(arith.chat([], options));
    expect(seen).toEqual(["countTo", "addUp", "chat"]);
  });

  it("hides what it does not expect, and logs it", async () => {
    const { arith, log } = await start({
      handlers: {
        async *countTo() {
          yield 1;
          throw new Error("secret");
        },
        async addUp() {
          throw new Error("secret");
        },
      },
    });
    const { values, error } = await drain(arith.countTo(1));
    expect(values).toEqual([1]);
    expect(error).toMatchObject({ code: "INTERNAL", rawMessage: "the handler failed" });
    expect(await failureOf(arith.addUp([]))).toMatchObject({ code: "INTERNAL" });
    expect(log).toHaveLength(2);
  });

  it("reads a stream once", async () => {
    const { arith } = await start();
    const stream = arith.countTo(2);
    expect((await drain(stream)).values).toEqual([1, 2]);
    expect((await drain(stream)).error).toMatchObject({ code: "FAILED_PRECONDITION", sent: "no" });
  });

  it("sends nothing before it is read", async () => {
    let entered = 0;
    const { arith } = await start({
      handlers: {
        async *countTo() {
          entered++;
          yield 1;
        },
      },
    });
    const stream = arith.countTo(1);
    await arith.ping();
    expect(entered).toBe(0);
    await drain(stream);
    expect(entered).toBe(1);
  });

  it("refuses a value that is not of its type: from the client, and from the handler", async () => {
    const { arith, log } = await start({
      handlers: {
        async *countTo() {
          yield 1;
          yield (() => 2) as never;
        },
      },
    });
    const fromServer = await drain(arith.countTo(2));
    expect(fromServer.values).toEqual([1]);
    expect(fromServer.error).toMatchObject({ code: "INTERNAL", sent: "yes" });
    expect(log).toHaveLength(1);
    const fromClient = await failureOf(arith.addUp([1, (() => 2) as never]));
    expect(fromClient).toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(fromClient.message).toContain("a request of the stream cannot be encoded");
  });

  it("passes through interceptors on both sides, and lets each finish", async () => {
    const order: string[] = [];
    const client: ClientInterceptor = {
      stream: (next) =>
        async function* (call) {
          order.push("client before");
          try {
            for await (const answer of next(call)) yield answer;
            order.push("client after");
          } finally {
            order.push("client finally");
          }
        },
    };
    const server: ServerInterceptor = {
      stream: (next) =>
        async function* (requests, context) {
          order.push(`server before ${context.method.localName}`);
          try {
            yield* next(requests, context);
            order.push("server after");
          } finally {
            order.push("server finally");
          }
        },
    };
    const { arith } = await start({
      channel: { interceptors: [client] },
      server: { interceptors: [server] },
    });
    const around = (name: string): string[] => [
      ...["client before", `server before ${name}`],
      ...["server after", "server finally", "client after", "client finally"],
    ];
    expect(await drain(arith.countTo(2))).toEqual({ values: [1, 2] });
    expect(order.splice(0)).toEqual(around("countTo"));
    expect(await arith.addUp([1, 2])).toBe(3n);
    expect(order.splice(0)).toEqual(around("addUp"));
    expect(await drain(arith.chat(["a"]))).toEqual({ values: ["A"] });
    expect(order.splice(0)).toEqual(around("chat"));
    for await (const n of arith.countTo(100_000)) if (n === 2) break;
    await until(() => order.length === 4);
    expect(order).toEqual(["client before", "server before countTo", "client finally", "server finally"]);
  });

  it("lets interceptors change what streams, and refuse", async () => {
    const { arith } = await start({
      channel: {
        interceptors: [
          {
            stream: (next) => (call) =>
              call.method.localName === "addUp" ? next({ ...call, requests: [20, 22] }) : next(call),
          },
        ],
      },
      server: {
        interceptors: [
          {
            stream: (next) =>
              async function* (requests, context) {
                if (context.method.localName === "chat") throw new RpcError("UNAUTHENTICATED", "who?");
                for await (const answer of next(requests, context))
                  yield typeof answer === "number" ? answer * 2 : answer;
              },
          },
        ],
      },
    });
    expect(await arith.addUp([1])).toBe(42n);
    expect((await drain(arith.countTo(3))).values).toEqual([2, 4, 6]);
    expect((await drain(arith.chat(["a"]))).error).toMatchObject({ code: "UNAUTHENTICATED", sent: "yes" });
  });
}
