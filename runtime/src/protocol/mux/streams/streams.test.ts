import fc from "fast-check";
import { Duplex } from "node:stream";
import { describe, expect, it } from "vitest";
import { protoCodec } from "../../../codec/proto.ts";
import { RpcError } from "../../../errors.ts";
import { type Limits, serverLimits } from "../../../limits.ts";
import { MessageStream } from "../../message-stream.ts";
import type { Pulled } from "../../stream-call.ts";
import { text } from "../connection.fixture.ts";
import { AssemblyBudget } from "../frames/assembly.ts";
import { Flag, Kind } from "../frames/frame.ts";
import { FrameReader } from "../frames/frame-reader.ts";
import { Output } from "../output/output.ts";
import { turn } from "../scripted-peer.fixture.ts";
import type { OutgoingEvents } from "./outgoing.ts";
import { Streams } from "./streams.ts";

/** Small, so that everything happens: messages in pieces, streams and the connection without credit. */
const limits: Limits = {
  ...serverLimits,
  maxFrameBytes: 64,
  maxMessageBytes: 400,
  maxReassemblyBytes: 1_200,
  streamCreditBytes: 300,
  maxStreamCreditBytes: 600,
  connectionCreditBytes: 700,
};

/** A stream whose writes wait until the test lets them through. */
class Wire extends Duplex {
  readonly #waiting: [Buffer, () => void][] = [];
  deliver: (chunk: Buffer) => void = () => {};

  /** Delivers all that was written, and what follows from that in the same turn. */
  async flow(): Promise<void> {
    await turn();
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      this.deliver(next[0]);
      next[1]();
      await turn();
    }
  }

  override _read(): void {
    // Nothing is read here.
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#waiting.push([chunk, done]);
  }
}

/** One end of a connection that has streams and nothing else; RESPONSE and CANCEL only say that a call is over. */
class End {
  readonly wire = new Wire();
  readonly output: Output;
  readonly streams: Streams;
  readonly budget: AssemblyBudget;
  readonly received = new Map<number, MessageStream<string>>();

  constructor(own: Limits) {
    const { maxFrameBytes: maxFrame, maxMessageBytes: maxMessage } = own;
    this.output = new Output(
      this.wire,
      { maxUnsent: 1024 * 1024, maxFrame, maxMessage },
      { onRoom: () => {}, onCalm: () => this.streams.resume() },
    );
    this.budget = new AssemblyBudget(own.maxMessageBytes, own.maxReassemblyBytes);
    this.streams = new Streams({
      output: this.output,
      codec: protoCodec,
      budget: this.budget,
      limits: own,
      peer: own,
      onGranted: () => {},
    });
  }

  receive(id: number): MessageStream<string> {
    const messages = new MessageStream<string>(() => this.finish(id));
    this.received.set(id, messages);
    this.streams.receive(id, messages as MessageStream<unknown>, text, {
      undecodable: (cause) => new RpcError("INTERNAL", cause.message),
      tooLarge: (reason) => new RpcError("RESOURCE_EXHAUSTED", reason),
    });
    return messages;
  }

  send(id: number, values: Pulled<string>, events: Partial<OutgoingEvents> = {}): void {
    const nothing = (): void => {};
    this.streams.send(id, text, values, {
      onEnd: () => this.output.short(Kind.MESSAGE | Flag.END_STREAM, id),
      onFailed: nothing,
      onUnsendable: nothing,
      onStopped: nothing,
      ...events,
    });
  }

  /** The call is over, here and soon there. */
  finish(id: number): void {
    this.streams.close(id);
    this.received.get(id)?.fail(new RpcError("CANCELLED", "over"));
    this.output.short(Kind.CANCEL, id);
  }

  /** Hears all that the other end writes. */
  hear(other: End): void {
    const frames = new FrameReader(
      {
        frame: (kindAndFlags, id, bytes, start, end) => {
          if ((kindAndFlags & 0x0f) === Kind.WINDOW) this.streams.onWindow(id, bytes, start, end);
          else if ((kindAndFlags & 0x0f) === Kind.CANCEL) {
            this.streams.close(id);
            this.received.get(id)?.fail(new RpcError("CANCELLED", "over"));
          } else if ((kindAndFlags & Flag.COUNTED) !== 0)
            this.streams.onMessage(kindAndFlags, id, bytes, start, end, frames.isOwn);
          else this.streams.onEnd(id);
        },
        onViolation: (reason) => expect.fail(reason),
      },
      0xffff,
    );
    other.wire.deliver = (chunk) => frames.push(chunk);
  }
}

function connection(own: Limits = limits): [End, End] {
  const ends: [End, End] = [new End(own), new End(own)];
  ends[0].hear(ends[1]);
  ends[1].hear(ends[0]);
  return ends;
}

async function flow(ends: readonly End[], times = 3): Promise<void> {
  for (let i = 0; i < times; i++) for (const { wire } of ends) await wire.flow();
}

/** Values whose text tells their place; counts how many were asked for, and whether it was left. */
class Source implements AsyncIterator<string> {
  asked = 0;
  left = 0;
  readonly #lengths: readonly number[];
  readonly #count: number;

  constructor(lengths: readonly number[], count = Infinity) {
    this.#lengths = lengths;
    this.#count = count;
  }

  next(): Promise<IteratorResult<string>> {
    if (this.asked >= this.#count) return Promise.resolve({ done: true, value: undefined });
    const n = this.asked++;
    return Promise.resolve({
      done: false,
      value: `${n}`.padEnd(this.#lengths[n % this.#lengths.length]!, "."),
    });
  }

  return(): Promise<IteratorResult<string>> {
    this.left++;
    return Promise.resolve({ done: true, value: undefined });
  }
}

/** Reads all that comes of a stream, while the connection flows. */
async function readAll(ends: readonly End[], messages: MessageStream<string>): Promise<string[]> {
  const values: string[] = [];
  let done = false;
  const reading = (async () => {
    for await (const value of messages) values.push(value);
  })().finally(() => (done = true));
  while (!done) await flow(ends, 1);
  await reading;
  return values;
}

function places(values: readonly string[]): number[] {
  return values.map((value) => Number.parseInt(value, 10));
}

describe("a stream", () => {
  it("keeps its order, of messages that fit a frame and of those that do not", async () => {
    const ends = connection();
    const messages = ends[1].receive(1);
    ends[0].send(1, new Source([10, 390, 0, 64, 200, 5], 50));
    const values = await readAll(ends, messages);
    expect(places(values)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(values[1]).toHaveLength(390);
  });

  it("keeps a message that came in pieces as it is, unless it was announced much larger", async () => {
    for (const [announced, isOwn] of [
      [130, true],
      [400, false],
    ] as const) {
      const ends = connection();
      const messages = ends[1].receive(1);
      ends[1].budget.announce(1, announced);
      ends[0].send(1, new Source([130], 1));
      await flow(ends);
      expect(messages.unread.take().isOwn).toBe(isOwn);
    }
  });

  it("asks for no more values than there is credit for", async () => {
    const ends = connection();
    ends[1].receive(1);
    const source = new Source([92]);
    ends[0].send(1, source);
    await flow(ends);
    // 102 bytes each on the wire: a third begins where two leave 96.
    expect(source.asked).toBe(3);
  });

  it("takes a message that has begun whatever its length, and stalls behind it", async () => {
    const ends = connection();
    const messages = ends[1].receive(1);
    const source = new Source([250, 380, 1]);
    ends[0].send(1, source);
    await flow(ends);
    expect(source.asked).toBe(2);
    await messages.next();
    await messages.next();
    await flow(ends);
    expect(source.asked).toBeGreaterThan(2);
  });

  it("that stalls holds up no other", async () => {
    const ends = connection();
    ends[1].receive(1);
    ends[0].send(1, new Source([92]));
    await flow(ends);
    const other = ends[1].receive(2);
    ends[0].send(2, new Source([50, 300], 100));
    expect(await readAll(ends, other)).toHaveLength(100);
  });

  it("whose connection has no credit goes on in its turn when there is", async () => {
    const ends = connection();
    const readers = [1, 2, 3, 4].map((id) => ends[1].receive(id));
    const sources = readers.map(() => new Source([92]));
    sources.forEach((source, i) => ends[0].send(i + 1, source));
    await flow(ends);
    expect(sources.map(({ asked }) => asked).reduce((sum, asked) => sum + asked)).toBeLessThanOrEqual(8 + 4);
    for (let i = 0; i < 40; i++) {
      for (const reader of readers) if (!reader.unread.isEmpty) await reader.next();
      await flow(ends, 1);
    }
    const asked = sources.map((source) => source.asked);
    expect(Math.min(...asked)).toBeGreaterThan(Math.max(...asked) / 2);
  });

  it("that ends early leaves its iterator, once", async () => {
    const ends = connection();
    const messages = ends[1].receive(1);
    const source = new Source([92]);
    ends[0].send(1, source);
    await flow(ends);
    await messages.return();
    await flow(ends);
    expect(source.left).toBe(1);
    ends[0].streams.close(1);
    ends[0].streams.closeAll();
    expect(source.left).toBe(1);
  });

  it("is left by a generator that ends the call while it runs", async () => {
    const [end] = connection();
    const events: string[] = [];
    function* values(): Generator<string> {
      try {
        yield "a";
        end.streams.close(1);
        yield "b";
      } finally {
        events.push("finally");
      }
    }
    end.send(1, values(), { onStopped: () => events.push("stopped") });
    expect(events.filter((event) => event === "finally")).toHaveLength(1);
    expect(events.at(-1)).toBe("stopped");
  });

  it.each<readonly [string, Pulled<string>, string]>([
    [
      "throws at once",
      {
        next: () => {
          throw new Error("at once");
        },
      },
      "at once",
    ],
    ["rejects", { next: () => Promise.reject(new Error("later")) }, "later"],
    ["gives no result", { next: () => undefined as never }, "done"],
    [
      "gives no result later",
      { next: () => Promise.resolve(undefined as never) },
      "an iterator's next() gave undefined",
    ],
  ])("whose iterator %s fails", async (_what, values, message) => {
    const [end] = connection();
    const error = await new Promise<unknown>((resolve) => end.send(1, values, { onFailed: resolve }));
    expect((error as Error).message).toContain(message);
    end.streams.close(1);
  });

  it("whose value cannot be sent says so, and leaves its iterator", async () => {
    const ends = connection();
    for (const [id, value] of [7, "x".repeat(500)].entries()) {
      let left = 0;
      const values = {
        next: () => ({ done: false, value: value as string }),
        return: () => ({ done: true as const, value: ++left as never }),
      };
      const error = await new Promise<Error>((resolve) =>
        ends[0].send(id + 1, values, { onUnsendable: resolve }),
      );
      expect(error.message).toMatch(/string|400/);
      expect(left).toBe(1);
    }
  });

  it("of an iterator without return ends too", async () => {
    const ends = connection();
    ends[1].receive(1);
    let stopped = 0;
    ends[0].send(1, { next: () => new Promise(() => {}) }, { onStopped: () => stopped++ });
    ends[0].streams.close(1);
    expect(stopped).toBe(1);
  });
});

it("what of a large message was not sent when its call ended is never sent", async () => {
  const MiB = 1024 * 1024;
  const [maxMessageBytes, streamCreditBytes, connectionCreditBytes] = [MiB, MiB, MiB];
  const [maxFrameBytes, maxReassemblyBytes, maxStreamCreditBytes] = [0xffff, 2 * MiB, MiB];
  const ends = connection({
    ...limits,
    ...{ maxMessageBytes, streamCreditBytes, connectionCreditBytes },
    ...{ maxFrameBytes, maxReassemblyBytes, maxStreamCreditBytes },
  });
  const [from, to] = ends;
  for (let id = 1; id <= 5; id++) {
    to.receive(id);
    from.send(id, new Source([900_000]));
    // The wire takes nothing: some of the pieces are written, the others wait.
    await turn();
    expect(from.output.unsent).toBeGreaterThan(900_000);
    from.finish(id);
    expect(from.output.unsent).toBeLessThan(400_000);
    await flow(ends);
  }
  // And the two sides still count the same: what one may send, the other takes.
  to.receive(6);
  const source = new Source([50_000]);
  from.send(6, source);
  await flow(ends);
  // Up to half of it is on its way back.
  expect(source.asked).toBeGreaterThan(10);
  expect(source.asked).toBeLessThanOrEqual(21);
});

interface Action {
  readonly kind: "open" | "read" | "leave" | "finish" | "flow";
  readonly side: 0 | 1;
  readonly which: number;
  readonly lengths: readonly number[];
  readonly count: number;
}

const action: fc.Arbitrary<Action> = fc.record({
  kind: fc.constantFrom("open", "read", "read", "read", "leave", "finish", "flow", "flow"),
  side: fc.constantFrom<0 | 1>(0, 1),
  which: fc.nat(50),
  lengths: fc.array(fc.nat(390), { minLength: 1, maxLength: 4 }),
  count: fc.nat(30),
});

it("whatever happens to streams, each gives a beginning of what was sent, and all credit returns", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 60 }), async (actions) => {
      const ends = connection();
      const open: {
        readonly id: number;
        readonly to: End;
        readonly read: Promise<IteratorResult<string>>[];
      }[] = [];
      let id = 0;
      for (const { kind, side, which, lengths, count } of actions) {
        const picked = open[which % Math.max(open.length, 1)];
        if (kind === "open") {
          const to = ends[1 - side]!;
          to.receive(++id);
          ends[side].send(id, new Source(lengths, count));
          open.push({ id, to, read: [] });
        } else if (kind === "flow") await ends[side].wire.flow();
        else if (picked === undefined) continue;
        else if (kind === "read") {
          const read = picked.to.received.get(picked.id)!.next();
          // It is looked at in the end.
          read.catch(() => {});
          picked.read.push(read);
        } else if (kind === "leave") await picked.to.received.get(picked.id)!.return();
        else ends[side].finish(picked.id);
      }
      await flow(ends);
      for (const each of open) each.to.finish(each.id);
      await flow(ends);
      for (const { read } of open) {
        const outcomes = await Promise.allSettled(read);
        const values = outcomes.flatMap((outcome) =>
          outcome.status === "fulfilled" && outcome.value.done !== true ? [outcome.value.value] : [],
        );
        expect(places(values)).toEqual(values.map((_, i) => i));
      }
      // More than the connection's credit, in both directions: none of it is lost.
      for (const [from, to] of [ends, [ends[1], ends[0]] as const]) {
        const messages = to.receive(++id);
        from.send(id, new Source([90, 390, 3], 40));
        expect(await readAll(ends, messages)).toHaveLength(40);
        to.finish(id);
      }
    }),
    { numRuns: 60 },
  );
}, 120_000);
