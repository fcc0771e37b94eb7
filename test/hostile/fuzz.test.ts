import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { type Codec, type CallOptions, registerCodec, RpcError } from "@gorpc/runtime";
import fc from "fast-check";
import { expect, it, onTestFinished } from "vitest";
import { type ArithClient, Rounding, Sample } from "../e2e/arith.gorpc.ts";
import { until } from "../e2e/waiting.ts";
import { dial, type LogEntry, start } from "../e2e/world.ts";
import { chunks, engineText, mutate, mutatePayload, type Mutation, mutations } from "./mutation.ts";
import {
  answer,
  bytesBody,
  COUNTED,
  END_STREAM,
  failure,
  frame,
  goaway,
  intBody,
  kinds,
  MORE,
  operands,
  option,
  paths,
  request,
  requestPayload,
  sized,
  varint,
} from "./wire.ts";

const sample: Sample = {
  text: "text",
  big: -5n,
  ratio: 0.25,
  at: new Date(1_700_000_000_000),
  takes: 1_500,
  rounding: Rounding.UP,
  shape: { kind: "square", value: { side: 2 } },
  data: Uint8Array.of(1, 2, 3),
  tags: ["a", "b"],
  counts: { x: 1, y: 2 },
  note: "n",
  names: new Map([[3n, ["c"]]]),
};
const echo = "/test.arith.v1.Arith/Echo";
const metadata = Buffer.concat([sized("trace"), sized("abc"), sized("key-bin"), sized(Buffer.of(0, 255))]);
const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 4 });

/** What of a stream is changed. */
interface Target {
  readonly kind: "handshake" | "stream" | "payload";
  readonly which: number;
}

const target: fc.Arbitrary<Target> = fc.record({
  kind: fc.constantFrom("handshake", "stream", "payload", "payload"),
  which: fc.integer({ min: 0, max: 23 }),
});

function mutateAt(frames: readonly Buffer[], { kind, which }: Target, changes: readonly Mutation[]): Buffer {
  return kind === "payload" ? mutatePayload(frames, which, changes) : mutate(Buffer.concat(frames), changes);
}

/** The bodies of a codec. */
interface Bodies {
  readonly contentType: string;
  readonly int: (value: number) => Buffer;
  readonly operands: (left: number, right: number) => Buffer;
  readonly blob: Buffer;
  readonly sample: Buffer;
}

const proto: Bodies = {
  contentType: "application/proto",
  int: intBody,
  operands,
  blob: bytesBody(Buffer.alloc(120)),
  sample: Buffer.from(Sample.encode(sample)),
};

const json: Bodies = {
  contentType: "application/json",
  int: (value) => Buffer.from(String(value)),
  operands: (left, right) => Buffer.from(JSON.stringify({ left, right })),
  blob: Buffer.from(JSON.stringify(Buffer.alloc(120).toString("base64"))),
  sample: Buffer.from(JSON.stringify(Sample.toJson(sample))),
};

/** What a good client says, in an order that a good client might choose. */
function clientFrames({ int, operands: pair, blob, sample: body }: Bodies): readonly Buffer[] {
  return [
    request(1, { method: paths.negate, timeout: 1_000, metadata }, int(300)),
    request(2, { method: echo }, body),
    request(3, { method: 0 }, int(1)),
    frame(kinds.PING, 0, Buffer.alloc(8, 7)),
    frame(kinds.REQUEST | MORE, 4, requestPayload({ method: paths.blob }, blob.subarray(0, 60))),
    request(5, { method: 1, timeout: 50 }, body),
    frame(kinds.MESSAGE | MORE, 4, blob.subarray(60, 100)),
    frame(kinds.CANCEL, 5),
    frame(kinds.MESSAGE, 4, blob.subarray(100)),
    request(6, { method: paths.sum }, pair(1, 2)),
    request(7, { method: paths.divide }, pair(1, 0)),
    ...streamFrames(int),
  ];
}

/** What a good client says on streams of each kind. */
function streamFrames(int: Bodies["int"]): readonly Buffer[] {
  const message = kinds.MESSAGE | COUNTED;
  const end = kinds.MESSAGE | END_STREAM;
  return [
    request(8, { method: paths.addUp }),
    frame(message, 8, int(300)),
    request(9, { method: paths.countTo, timeout: 500 }, int(40)),
    frame(message | MORE, 8, int(70).subarray(0, 1)),
    request(10, { method: paths.chat }),
    frame(message, 8, int(70).subarray(1)),
    frame(kinds.WINDOW, 9, varint(65_536)),
    frame(end, 8),
    frame(message, 10),
    frame(kinds.WINDOW, 0, varint(131_072)),
    frame(kinds.CANCEL, 9),
    frame(kinds.REQUEST | END_STREAM, 11, requestPayload({ method: paths.addUp })),
    frame(end, 10),
  ];
}

/** Sends chunks, half-closes, and waits for the end of the connection. */
async function say(port: number, parts: readonly Buffer[]): Promise<void> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  socket.on("error", () => {});
  socket.resume();
  for (const part of parts) socket.write(part);
  socket.end();
  await once(socket, "close");
}

function expectOwnErrors(log: readonly LogEntry[]): void {
  for (const { message, level } of log) {
    expect(message).not.toMatch(engineText);
    // What a peer sends is never the server's own fault.
    expect(level).toBe("warn");
  }
}

async function fuzzServer(bodies: Bodies, runs: number): Promise<void> {
  const { address, arith, log, server } = await start();
  const port = Number(new URL(address).port);
  const line = Buffer.from(option({ CodecType: bodies.contentType }));
  const frames = clientFrames(bodies);
  await fc.assert(
    fc.asyncProperty(mutations, sizes, target, async (changes, lengths, where) => {
      log.length = 0;
      const stream =
        where.kind === "handshake"
          ? mutate(Buffer.concat([line, ...frames]), changes)
          : Buffer.concat([line, mutateAt(frames, where, changes)]);
      await say(port, chunks(stream, lengths));
      expectOwnErrors(log);
      expect(await arith.sum({ left: 2, right: 3 })).toBe(5);
    }),
    { numRuns: runs },
  );
  await until(() => server.connections === 1);
}

it(
  "a client's stream, mutated, meets nothing but the server's own errors",
  () => fuzzServer(proto, 400),
  30_000,
);

it("so does one in JSON", () => fuzzServer(json, 200));

it("the fuzzing of a server finds a bug that was planted", async () => {
  const planted: Codec = {
    contentType: "application/x-planted",
    encode: (body, value, writer) => body.write(writer, value),
    decode: <T>(
      body: Parameters<Codec["decode"]>[0],
      reader: Parameters<Codec["decode"]>[1],
      end: number,
    ): T => {
      try {
        return reader.finish(body.read(reader, end), end) as T;
      } catch {
        // What code does that takes something for granted.
        return (undefined as unknown as { oops: T }).oops;
      }
    },
  };
  registerCodec(planted.contentType, planted);
  await expect(fuzzServer({ ...proto, contentType: planted.contentType }, 400)).rejects.toThrow(
    /Property failed/,
  );
}, 120_000);

/** What a good server says to three calls of `Negate`, one of `Echo`, one of `Divide`, one of `Blob`, and a stream of each kind. */
const serverFrames: readonly Buffer[] = [
  answer(1, intBody(7)),
  frame(kinds.PING, 0, Buffer.alloc(8, 1)),
  frame(kinds.RESPONSE, 2, Buffer.concat([Buffer.of(0), sized(metadata), proto.sample])),
  failure(3, 5, "nothing there"),
  frame(
    kinds.RESPONSE,
    4,
    Buffer.concat([
      Buffer.of(3, 20),
      sized(metadata),
      sized("by zero"),
      sized("test.arith.v1.DivideByZero"),
      intBody(3),
    ]),
  ),
  frame(
    kinds.RESPONSE | MORE,
    5,
    Buffer.concat([Buffer.of(0, 0), bytesBody(Buffer.alloc(120)).subarray(0, 50)]),
  ),
  frame(kinds.MESSAGE, 5, bytesBody(Buffer.alloc(120)).subarray(50)),
  answer(6, intBody(8)),
  frame(kinds.MESSAGE | COUNTED, 7, intBody(1)),
  frame(kinds.WINDOW, 8, varint(65_536)),
  frame(kinds.MESSAGE | COUNTED | MORE, 7, intBody(300).subarray(0, 1)),
  frame(kinds.MESSAGE | COUNTED, 9, bytesBody(Buffer.from("A"))),
  frame(kinds.MESSAGE | COUNTED, 7, intBody(300).subarray(1)),
  frame(kinds.WINDOW, 0, varint(65_536)),
  answer(7, Buffer.alloc(0)),
  answer(8, intBody(9)),
  failure(9, 5, "no more lines"),
  goaway(9),
];

async function readAll(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const value of stream) expect(value).toBeDefined();
}

function callAll(arith: ArithClient): Promise<PromiseSettledResult<unknown>[]> {
  const options: CallOptions = { timeout: 2_000, onTrailers: (trailers) => void [...trailers] };
  return Promise.allSettled([
    arith.negate(1, options),
    arith.echo(Sample.create({ shape: { kind: "circle", value: 1 } }), options),
    arith.negate(2, options),
    arith.divide({ left: 1, right: 0 }, options),
    arith.blob(Uint8Array.of(1), options),
    arith.negate(3, options),
    readAll(arith.countTo(3, options)),
    arith.addUp([1, 2, 3], options),
    readAll(arith.chat(["a", "b"], options)),
  ]);
}

it("a server's stream, mutated, fails calls with nothing but the client's own errors", async () => {
  let script: readonly Buffer[] | undefined;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => {}).on("close", () => sockets.delete(socket)));
    let heard = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      if (heard.length === 0) socket.write(option());
      heard = Buffer.concat([heard, chunk]);
      const calls = heard.subarray(heard.indexOf(0x0a) + 1);
      // What goes out again on another connection finds nobody there.
      if (script === undefined && calls.length > 0) return void socket.destroy();
      if (script === undefined || !calls.includes(paths.chat)) return;
      for (const part of script) socket.write(part);
      script = undefined;
      socket.end();
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = `tcp://127.0.0.1:${(server.address() as { port: number }).port}`;

  await fc.assert(
    fc.asyncProperty(mutations, sizes, target, async (changes, lengths, where) => {
      script = chunks(mutateAt(serverFrames, where, changes), lengths);
      const { arith, channel } = await dial(address);
      for (const outcome of await callAll(arith)) {
        if (outcome.status === "fulfilled") continue;
        expect(outcome.reason).toBeInstanceOf(RpcError);
        expect((outcome.reason as RpcError).message).not.toMatch(engineText);
        expect((outcome.reason as RpcError).sent).toMatch(/^(no|maybe|yes)$/);
      }
      await channel.close();
    }),
    { numRuns: 250 },
  );
}, 120_000);
