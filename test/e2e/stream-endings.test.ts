import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { type CallContext, RpcError, type ServerOptions } from "@gorpc/runtime";
import { testClock } from "@gorpc/runtime/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { handles } from "../hostile/memory.ts";
import { type RawConnection, RawServer } from "../hostile/raw-server.ts";
import { answer, COUNTED, frame, goaway, intBody, kinds, option } from "../hostile/wire.ts";
import type { ArithClient, ArithHandlers } from "./arith.gorpc.ts";
import { drain } from "./suite/streams.ts";
import { type Deferred, deferred, failureOf, matching, until } from "./waiting.ts";
import { dial, start, startServer, type World } from "./world.ts";

/** What the two sides of a stream have gone through. */
interface Trace {
  readonly server: string[];
  readonly client: string[];
  context?: CallContext;
}

/** A service whose streams do not end by themselves, and which tells how they end. */
function endless(trace: Trace): Partial<ArithHandlers> {
  const noted = async function* <T>(context: CallContext, body: () => AsyncIterable<T>): AsyncGenerator<T> {
    trace.context = context;
    trace.server.push("started");
    try {
      yield* body();
    } catch (error) {
      trace.server.push(error instanceof RpcError ? error.code : String(error));
      throw error;
    } finally {
      trace.server.push("finally");
    }
  };
  return {
    countTo: (_limit, context) =>
      noted(context, async function* () {
        for (let i = 1; ; i++) yield i;
      }),
    async addUp(values, context) {
      let sum = 0n;
      for await (const value of noted(context, () => values)) sum += BigInt(value);
      return sum;
    },
    chat: (lines, context) =>
      noted(context, async function* () {
        for await (const line of lines) yield line.toUpperCase();
      }),
  };
}

/** Requests without end. */
async function* words(trace: Trace, fail?: () => void): AsyncGenerator<string> {
  try {
    for (let i = 0; ; i++) {
      if (i === 3) fail?.();
      yield `${i}`;
      await new Promise(setImmediate);
    }
  } finally {
    trace.client.push("finally");
  }
}

async function* numbers(trace: Trace): AsyncGenerator<number> {
  for await (const word of words(trace)) yield Number(word);
}

async function begin(server: ServerOptions = {}): Promise<World & { readonly trace: Trace }> {
  const trace: Trace = { server: [], client: [] };
  return { ...(await start({ handlers: endless(trace), server })), trace };
}

/** Nothing is left of the calls: both sides can end, without cutting anything. */
async function expectNothingLeft({ channel, server, log }: World): Promise<void> {
  await channel.close();
  await until(() => server.connections === 0);
  await server.close({ drain: 60_000 });
  expect(log).toEqual([]);
}

describe("a reader that leaves", () => {
  it.each<readonly [string, (arith: ArithClient, trace: Trace) => AsyncIterable<unknown>]>([
    ["from the server", (arith) => arith.countTo(0)],
    ["both ways", (arith, trace) => arith.chat(words(trace))],
  ])("ends both sides: %s", async (_what, call) => {
    const world = await begin();
    let seen = 0;
    for await (const value of call(world.arith, world.trace)) {
      expect(value).toBeDefined();
      if (++seen === 5) break;
    }
    await until(() => world.trace.server.includes("finally"));
    expect(world.trace.context!.signal.reason).toMatchObject({ code: "CANCELLED" });
    await expectNothingLeft(world);
  });

  it("by throwing does the same, and its error stays its own", async () => {
    const world = await begin();
    const reading = (async () => {
      for await (const line of world.arith.chat(words(world.trace)))
        if (line === "3") throw new Error("enough");
    })();
    await expect(reading).rejects.toThrow("enough");
    await until(() => world.trace.server.includes("finally") && world.trace.client.length === 1);
    await expectNothingLeft(world);
  });

  it("while a read is pending gets an end to it", async () => {
    const world = await start({ handlers: { countTo: () => ({ [Symbol.asyncIterator]: stuck }) } });
    const answers = world.arith.countTo(1)[Symbol.asyncIterator]();
    const [first, second] = [answers.next(), answers.next()];
    await answers.return!();
    expect(await Promise.all([first, second])).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
    await expectNothingLeft(world);
  });

  it("before anything was asked for costs nothing", async () => {
    const world = await begin();
    const answers = world.arith.countTo(1)[Symbol.asyncIterator]();
    await answers.return!();
    await expectNothingLeft(world);
  });
});

/** An iterator that never gives anything, and cannot be left. */
function stuck(): AsyncIterator<number> {
  return { next: () => new Promise(() => {}) };
}

describe("requests", () => {
  it("that throw end the call with what they threw", async () => {
    const world = await begin();
    const { error } = await drain(
      world.arith.chat(
        words(world.trace, () => {
          throw new Error("no more words");
        }),
      ),
    );
    expect(error).toMatchObject({
      code: "CANCELLED",
      message: matching(/the stream of requests failed: no more words/),
      cause: { message: "no more words" },
    });
    await until(() => world.trace.server.includes("finally"));
    expect(world.trace.server).toEqual(["started", "CANCELLED", "finally"]);
    expect(world.trace.client).toEqual(["finally"]);
    await expectNothingLeft(world);
  });

  it.each<readonly [string, unknown, RegExp]>([
    ["that are none", 5, /takes an iterable or an async iterable, not number/],
    [
      "whose iterator throws",
      {
        [Symbol.asyncIterator]: () => {
          throw new Error("at once");
        },
      },
      /at once/,
    ],
    [
      "whose next throws",
      {
        [Symbol.iterator]: () => ({
          next: () => {
            throw new Error("then");
          },
        }),
      },
      /then/,
    ],
    [
      "whose next gives nothing",
      { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve() }) },
      /gave undefined/,
    ],
  ])("%s end the call", async (_what, requests, reason) => {
    const world = await begin();
    const error = await failureOf(world.arith.addUp(requests as Iterable<number>));
    expect(error).toMatchObject({ code: "CANCELLED", message: matching(reason) });
    await until(() => world.trace.server.includes("finally") || world.trace.server.length === 0);
    await expectNothingLeft(world);
  });

  it("are left when the handler answers without them", async () => {
    const trace: Trace = { server: [], client: [] };
    const world = await start({
      handlers: {
        addUp: async () => 7n,
        async *chat() {
          yield "bye";
        },
      },
    });
    expect(await world.arith.addUp(numbers(trace))).toBe(7n);
    expect(await drain(world.arith.chat(words(trace)))).toEqual({ values: ["bye"] });
    await until(() => trace.client.length === 2);
    await expectNothingLeft(world);
  });

  it("that a handler leaves stall, and it answers when it likes", async () => {
    const trace: Trace = { server: [], client: [] };
    let asked = 0;
    async function* many(): AsyncGenerator<number> {
      try {
        for (;;) {
          asked++;
          yield 1;
        }
      } finally {
        trace.client.push("finally");
      }
    }
    const gate = deferred<bigint>();
    const world = await start({
      handlers: {
        async addUp(values) {
          for await (const value of values) if (value === 1) break;
          return gate.promise;
        },
      },
    });
    const answer = world.arith.addUp(many());
    await until(() => asked > 10_000);
    let before: number;
    do {
      before = asked;
      for (let i = 0; i < 20; i++) await world.arith.ping();
    } while (asked > before);
    // A window of the smallest messages.
    expect(asked).toBeLessThan(50_000);
    gate.resolve(9n);
    expect(await answer).toBe(9n);
    await until(() => trace.client.length === 1);
    await expectNothingLeft(world);
  });

  it("read on behind the call's end fail", async () => {
    const outcome = deferred<unknown>();
    const { arith } = await start({
      handlers: {
        async addUp(values) {
          const reader = values[Symbol.asyncIterator]();
          await reader.next();
          setImmediate(() => void reader.next().then(outcome.resolve, outcome.resolve));
          return 1n;
        },
      },
    });
    expect(await arith.addUp(numbers({ server: [], client: [] }))).toBe(1n);
    expect(await outcome.promise).toMatchObject({ code: "CANCELLED", message: "the call is over" });
  });
});

describe("a call's end from outside", () => {
  const kinds: readonly (readonly [
    string,
    (
      arith: ArithClient,
      trace: Trace,
      options: { signal?: AbortSignal; timeout?: number },
    ) => Promise<RpcError>,
  ])[] = [
    ["from the server", async (arith, _trace, options) => (await drain(arith.countTo(0, options))).error!],
    ["from the client", (arith, trace, options) => failureOf(arith.addUp(numbers(trace), options))],
    ["both ways", async (arith, trace, options) => (await drain(arith.chat(words(trace), options))).error!],
  ];

  it.each(kinds)("by its signal ends both sides: %s", async (_what, call) => {
    const world = await begin();
    const abort = new AbortController();
    const failure = call(world.arith, world.trace, { signal: abort.signal });
    await until(() => world.trace.server.includes("started"));
    abort.abort(new Error("enough"));
    expect(await failure).toMatchObject({ code: "CANCELLED", sent: "maybe", cause: { message: "enough" } });
    await until(() => world.trace.server.includes("finally"));
    expect(world.trace.context!.signal.reason).toMatchObject({ code: "CANCELLED" });
    await expectNothingLeft(world);
  });

  it.each(kinds)("by its timeout ends both sides: %s", async (_what, call) => {
    const world = await begin();
    const error = await call(world.arith, world.trace, { timeout: 50 });
    expect(error).toMatchObject({
      code: "DEADLINE_EXCEEDED",
      message: matching(/the call's timeout of 50 ms ran out after \d+ ms/),
    });
    await until(() => world.trace.server.includes("finally"));
    expect(world.trace.context!.signal.reason).toMatchObject({ code: "DEADLINE_EXCEEDED" });
    await expectNothingLeft(world);
  });

  it("by the method's own time", async () => {
    const world = await start({ channel: { timeout: 10 } });
    using clock = testClock();
    const ticks = world.arith.tick(5)[Symbol.asyncIterator]();
    expect(await ticks.next()).toEqual({ done: false, value: 1 });
    await clock.advance(60);
    const { error } = await drain({ [Symbol.asyncIterator]: () => ticks });
    expect(error).toMatchObject({
      code: "DEADLINE_EXCEEDED",
      message: matching(/the method's @timeout of 60 ms ran out after \d+ ms while the stream was open/),
    });
    await expectNothingLeft(world);
  });

  it("before it was made sends nothing", async () => {
    const world = await begin();
    const { error } = await drain(world.arith.chat(words(world.trace), { signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ code: "CANCELLED", sent: "no" });
    expect(world.trace).toEqual({ server: [], client: [] });
    await expectNothingLeft(world);
  });

  it("by the server's time alone tells the reader of requests why", async () => {
    const world = await begin({ handleTimeout: 50 });
    const error = await failureOf(world.arith.addUp(numbers(world.trace)));
    expect(error).toMatchObject({ code: "DEADLINE_EXCEEDED", sent: "yes" });
    await until(() => world.trace.server.includes("finally"));
    expect(world.trace.server).toEqual(["started", "DEADLINE_EXCEEDED", "finally"]);
    await until(() => world.trace.client.length === 1);
    await expectNothingLeft(world);
  });

  it("is not the channel's default timeout", async () => {
    const { arith } = await start({
      channel: { timeout: 20 },
      handlers: {
        async *countTo() {
          yield 1;
          await new Promise((resolve) => setTimeout(resolve, 60));
          yield 2;
        },
      },
    });
    expect(await drain(arith.countTo(0))).toEqual({ values: [1, 2] });
  });

  it("by closing the channel ends streams that have no deadline, and waits for those that have", async () => {
    const world = await begin();
    const gate = deferred();
    const other = await start({
      handlers: {
        async *countTo() {
          yield 1;
          await gate.promise;
          yield 2;
        },
      },
    });
    const endlessOnes = [drain(world.arith.countTo(0)), drain(world.arith.chat(words(world.trace)))];
    const bounded = drain(other.arith.countTo(0, { timeout: 60_000 }));
    await until(() => world.trace.server.length === 2);
    const closed = Promise.all([world.channel.close(), other.channel.close()]);
    for (const { error } of await Promise.all(endlessOnes))
      expect(error).toMatchObject({ code: "CANCELLED", message: matching(/the channel was closed/) });
    gate.resolve();
    expect(await bounded).toEqual({ values: [1, 2] });
    await closed;
    await until(() => world.server.connections === 0 && world.trace.client.length === 1);
    expect((await drain(world.arith.countTo(0))).error).toMatchObject({ code: "UNAVAILABLE", sent: "no" });
  });

  it("by the server's drain: what ends in time is whole, what does not is cut", async () => {
    const world = await begin();
    const trace: Trace = { server: [], client: [] };
    const gate: Deferred<void> = deferred();
    async function* slowly(): AsyncGenerator<string> {
      yield "a";
      await gate.promise;
      yield "b";
    }
    const entered = deferred();
    const whole = drain(notifying(world.arith.chat(slowly()), entered.resolve));
    await entered.promise;
    const cut = drain(world.arith.chat(words(trace)));
    await until(() => world.trace.server.filter((event) => event === "started").length === 2);
    const closed = world.server.close({ drain: 300 });
    gate.resolve();
    expect(await whole).toEqual({ values: ["A", "B"] });
    expect((await cut).error).toMatchObject({ code: "UNAVAILABLE", sent: "maybe" });
    await closed;
    await until(
      () => trace.client.length === 1 && world.trace.server.filter((e) => e === "finally").length === 2,
    );
  });
});

async function* notifying<T>(stream: AsyncIterable<T>, onFirst: () => void): AsyncGenerator<T> {
  for await (const value of stream) {
    onFirst();
    yield value;
  }
}

/** Passes everything on to an address, until it cuts all connections. */
async function relayTo(address: string): Promise<{ readonly address: string; readonly cut: () => void }> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on("error", () => {});
  };
  const relay = createServer((near) => {
    const far = connect({ port: Number(new URL(address).port), host: "127.0.0.1" });
    keep(near).pipe(keep(far)).pipe(near);
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void relay.close());
  await once(relay, "listening");
  const { port } = relay.address() as AddressInfo;
  return {
    address: `tcp://127.0.0.1:${port}`,
    cut() {
      relay.close();
      for (const socket of sockets) socket.resetAndDestroy();
    },
  };
}

describe("a lost connection", () => {
  it.each(["in between", "by the server's end"])("ends streams on both sides: %s", async (how) => {
    const trace: Trace = { server: [], client: [] };
    const { server } = startServer({ handlers: endless(trace) });
    const address = await server.listen("tcp://127.0.0.1:0");
    const relay = await relayTo(address);
    const { arith, channel } = await dial(how === "in between" ? relay.address : address);
    const streams = [
      drain(arith.countTo(0)),
      drain(arith.chat(words(trace))),
      failureOf(arith.addUp(numbers(trace))).then((error) => ({ error })),
    ];
    await until(() => trace.server.filter((event) => event === "started").length === 3);
    if (how === "in between") relay.cut();
    else await server.close({ drain: 0 });
    for (const { error } of await Promise.all(streams))
      expect(error).toMatchObject({ code: "UNAVAILABLE", sent: "maybe" });
    await until(() => trace.server.filter((event) => event === "finally").length === 3);
    await until(() => trace.client.length === 2 && server.connections === 0);
    expect(trace.context!.signal.reason).toMatchObject({ code: "CANCELLED" });
    await channel.close();
  });
});

describe("large messages", () => {
  const MiB = 1024 * 1024;

  it("over the server's limit are not sent, and end the call", async () => {
    const world = await start({ server: { maxMessageBytes: MiB } });
    const trace: Trace = { server: [], client: [] };
    async function* lines(): AsyncGenerator<string> {
      try {
        yield "a";
        yield "x".repeat(MiB + 1);
        yield "b";
      } finally {
        trace.client.push("finally");
      }
    }
    const { error } = await drain(world.arith.chat(lines()));
    expect(error).toMatchObject({
      code: "RESOURCE_EXHAUSTED",
      message: matching(/a request of the stream is larger than the 1048576 bytes that the server accepts/),
    });
    await until(() => trace.client.length === 1);
    await expectNothingLeft(world);
  });

  it("over the caller's limit are not sent, and end the call behind those before", async () => {
    const world = await start({
      channel: { maxMessageBytes: MiB },
      handlers: {
        async *chat() {
          yield "a";
          yield "x".repeat(MiB + 1);
        },
      },
    });
    const { values, error } = await drain(world.arith.chat([]));
    expect(values).toEqual(["a"]);
    expect(error).toMatchObject({
      code: "RESOURCE_EXHAUSTED",
      message: matching(/the answer is larger than the 1048576 bytes that the caller accepts/),
    });
    await expectNothingLeft(world);
  });

  it("as requests of streams from the server go out in their turn, and can be given up before", async () => {
    const world = await start({ server: { maxMessageBytes: 4 * MiB } });
    const bytes = new Uint8Array(3 * MiB).fill(2);
    const abort = new AbortController();
    const [kept, given, small] = [
      drain(world.arith.repeat(bytes)),
      drain(world.arith.repeat(bytes, { signal: abort.signal })),
      drain(world.arith.repeat(Uint8Array.of(3))),
    ];
    // Let them be begun, and no more.
    await Promise.resolve();
    abort.abort();
    expect((await given).error).toMatchObject({ code: "CANCELLED" });
    expect((await small).values).toHaveLength(3);
    expect((await kept).values.map(({ length }) => length)).toEqual([3 * MiB, 3 * MiB]);
    await expectNothingLeft(world);
  });
});

describe("values that act while they are encoded", () => {
  it("by cancelling their own call keep it from being sent", async () => {
    const world = await begin();
    const abort = new AbortController();
    const request = {
      get left() {
        abort.abort();
        return 1;
      },
      right: 2,
    };
    const error = await failureOf(world.arith.sum(request, { signal: abort.signal }));
    expect(error).toMatchObject({ code: "CANCELLED", sent: "no" });
    expect(await world.arith.sum({ left: 1, right: 2 })).toBe(3);
    await expectNothingLeft(world);
  });

  it("by ending or reading a stream do it behind their own frame", async () => {
    const world = await begin();
    const answers = world.arith.countTo(0)[Symbol.asyncIterator]();
    await answers.next();
    const other = world.arith.countTo(0)[Symbol.asyncIterator]();
    await other.next();
    // As much as there can be, so that reading gives credit back.
    for (let i = 0; i < 200; i++) await world.arith.ping();
    const reads: Promise<unknown>[] = [];
    const request = {
      get left() {
        for (let i = 0; i < 20_000; i++) reads.push(answers.next());
        void other.return!();
        return 20;
      },
      right: 22,
    };
    expect(await world.arith.sum(request)).toBe(42);
    await Promise.all(reads);
    await answers.return!();
    await until(() => world.trace.server.filter((event) => event === "finally").length === 2);
    await expectNothingLeft(world);
  });
});

describe("calls inside a stream's handler", () => {
  it("inherit its deadline and its end, from the first message to the last", async () => {
    const contexts: CallContext[] = [];
    const inner = await start({
      handlers: {
        negate(value, context) {
          contexts.push(context);
          return value < 3 ? -value : new Promise(() => {});
        },
      },
    });
    const outer = await start({
      handlers: {
        async *countTo(limit) {
          for (let i = 1; i <= limit; i++) yield await inner.arith.negate(i);
        },
      },
    });
    const values: number[] = [];
    const abort = new AbortController();
    const reading = (async () => {
      const options = { timeout: 60_000, signal: abort.signal };
      for await (const value of outer.arith.countTo(5, options)) values.push(value);
    })();
    await until(() => contexts.length === 3);
    expect(values).toEqual([-1, -2]);
    for (const context of contexts) {
      expect(context.timeRemaining()).toBeGreaterThan(0);
      expect(context.timeRemaining()).toBeLessThanOrEqual(60_000);
    }
    abort.abort();
    await expect(reading).rejects.toMatchObject({ code: "CANCELLED" });
    await until(() => contexts[2]!.signal.aborted);
  });
});

describe("a going server", () => {
  it("gives a call whose requests were asked for back as not run", async () => {
    const peers: RawConnection[] = [];
    const raw = await RawServer.listen((peer) => {
      peers.push(peer);
      void peer.option().then(() => peer.send(option()));
    });
    const { arith, channel } = await dial(raw.address);
    const trace: Trace = { server: [], client: [] };
    const failure = failureOf(arith.addUp(numbers(trace)));
    const fromServer = drain(arith.countTo(1));
    await peers[0]!.receive(3);
    peers[0]!.send(goaway(0));
    expect(await failure).toMatchObject({ code: "UNAVAILABLE", sent: "no" });
    await until(() => trace.client.length === 1 && peers.length === 2);
    // What has one request goes out again.
    const [again] = await peers[1]!.receive(1);
    expect(again).toMatchObject({ kind: kinds.REQUEST });
    peers[1]!.send(frame(kinds.MESSAGE | COUNTED, again!.id, intBody(1)), answer(again!.id, Buffer.alloc(0)));
    expect(await fromServer).toEqual({ values: [1] });
    const closed = channel.close();
    await until(() => peers[1]!.ended);
    peers[1]!.socket.end();
    peers[0]!.socket.end();
    await closed;
  });
});

it("thousands of streams that end in every way leave no handle and no credit behind", async () => {
  const trace: Trace = { server: [], client: [] };
  const small = { streamCreditBytes: 65_536, maxStreamCreditBytes: 65_536, connectionCreditBytes: 131_072 };
  const { arith, server, channel } = await start({ handlers: endless(trace), server: small, channel: small });
  // Without the timer of the connection that was just made.
  const before = { ...handles(), Timeout: undefined };
  const shared = new AbortController();
  const options = { signal: shared.signal };
  const leave = async (stream: AsyncIterable<unknown>, after: number): Promise<void> => {
    let seen = 0;
    for await (const value of stream) {
      expect(value).toBeDefined();
      if (++seen > after) break;
    }
  };
  for (let round = 0; round < 15; round++) {
    const abort = new AbortController();
    const streams: Promise<unknown>[] = [];
    for (let i = 0; i < 20; i++) {
      const own = { signal: abort.signal };
      streams.push(
        leave(arith.countTo(0, options), i),
        leave(arith.chat(["x".repeat(40_000), "y".repeat(90_000), "z"], options), i % 3),
        failureOf(arith.addUp([1, 2, {} as never], options)),
        failureOf(arith.addUp(numbers(trace), { timeout: 5 + i })),
        drain(arith.chat(words(trace), { timeout: 10 })),
        drain(arith.countTo(0, own)),
        drain(
          arith.chat(
            Array.from({ length: 9 }, () => "w".repeat(50_000)),
            own,
          ),
        ),
      );
    }
    setTimeout(() => abort.abort(), 10);
    await Promise.all(streams);
  }
  await until(
    () =>
      trace.server.filter((event) => event === "started").length ===
      trace.server.filter((event) => event === "finally").length,
  );
  // Far more than the connection's credit, in both directions: none of it was lost.
  const lines = Array.from({ length: 40 }, (_, i) => `${i}`.padEnd(30_000, "."));
  const { values, error } = await drain(arith.chat(lines));
  expect(error).toBeUndefined();
  expect(values).toEqual(lines);
  await until(() => JSON.stringify(handles()) === JSON.stringify(before));
  await channel.close();
  await until(() => server.connections === 0);
}, 120_000);
