import { silentLogger } from "@gorpc/runtime";
import { describe, expect, it } from "vitest";
import type { ArithHandlers } from "../e2e/arith.gorpc.ts";
import { drain } from "../e2e/suite/streams.ts";
import { deferred, failureOf, matching, until } from "../e2e/waiting.ts";
import { dial, start, type World } from "../e2e/world.ts";
import { heldBytes } from "./memory.ts";
import { RawClient } from "./raw-client.ts";
import { type RawConnection, RawServer } from "./raw-server.ts";
import { farewellOf, outcomeOf } from "./reading.ts";
import {
  answer,
  bytesBody,
  COUNTED,
  END_STREAM,
  frame,
  intBody,
  kinds,
  MORE,
  option,
  paths,
  request,
  varint,
} from "./wire.ts";

const KiB = 1024;
const MiB = 1024 * KiB;
const message = kinds.MESSAGE | COUNTED;
const small = {
  streamCreditBytes: 64 * KiB,
  maxStreamCreditBytes: 64 * KiB,
  connectionCreditBytes: 128 * KiB,
};

/** Handlers that read nothing until the gate opens. */
function deaf(): {
  readonly handlers: Partial<ArithHandlers>;
  readonly open: () => void;
  readonly entered: () => number;
} {
  const gate = deferred();
  let entered = 0;
  return {
    open: () => gate.resolve(),
    entered: () => entered,
    handlers: {
      async addUp(values) {
        entered++;
        await gate.promise;
        let sum = 0n;
        for await (const value of values) sum += BigInt(value);
        return sum;
      },
    },
  };
}

/** A connection with a stream that nobody reads. */
async function unreadStream(count = 1): Promise<World & { client: RawClient; open: () => void }> {
  const { handlers, open, entered } = deaf();
  const world = await start({ server: small, handlers });
  const client = await RawClient.shakeHands(world.address);
  for (let id = 1; id <= count; id++) client.send(request(id, { method: id === 1 ? paths.addUp : 0 }));
  await until(() => entered() === count);
  return { ...world, client, open };
}

async function expectOthersServed({ arith, server }: World): Promise<void> {
  expect(await arith.addUp([1, 2])).toBe(3n);
  await until(() => server.connections === 1);
}

const full = frame(message, 1, Buffer.alloc(64 * KiB - 8, 0));

describe("what costs a peer its connection, on streams", () => {
  it.each<readonly [string, number, readonly Buffer[], RegExp]>([
    [
      "a message without credit of its stream",
      1,
      [full, frame(message, 1)],
      /MESSAGE frame: the stream has no credit for it/,
    ],
    [
      "a message without credit of the connection",
      3,
      [full, frame(message, 2, full.subarray(8)), frame(message, 3)],
      /MESSAGE frame: the connection has no credit for it/,
    ],
    ["a window of nothing", 1, [frame(kinds.WINDOW, 1, Buffer.of(0))], /WINDOW frame: it grants 0 bytes/],
    ["a window without a number", 1, [frame(kinds.WINDOW, 0)], /WINDOW frame: /],
    [
      "a window larger than any",
      1,
      [frame(kinds.WINDOW, 0, varint(0x8000_0000))],
      /it grants 2147483648 bytes/,
    ],
    [
      "windows that are together larger than any",
      1,
      [frame(kinds.WINDOW, 0, varint(0x7fff_ffff))],
      /with it \d+ bytes are granted, and at most 2147483647 can be/,
    ],
  ])("%s", async (_what, streams, bytes, reason) => {
    const world = await unreadStream(streams);
    world.client.send(...bytes, request(99, { method: paths.negate }, intBody(1)));
    const frames = await world.client.receive(1);
    expect(farewellOf(frames.at(-1)!)).toMatchObject({ last: streams, status: 13, text: matching(reason) });
    await world.client.end();
    world.open();
    await expectOthersServed(world);
  });

  it("windows of a stream that are together larger than any", async () => {
    const gate = deferred();
    const world = await start({
      handlers: {
        async *countTo() {
          await gate.promise;
          yield 1;
        },
      },
    });
    const client = await RawClient.shakeHands(world.address);
    const most = frame(kinds.WINDOW, 1, varint(0x7fff_ffff));
    client.send(request(1, { method: paths.countTo }), most);
    const [farewell] = await client.receive(1);
    expect(farewellOf(farewell!).text).toMatch(/at most 2147483647 can be/);
    gate.resolve();
    await client.end();
  });
});

describe("what a stream's peer may do in vain", () => {
  it.each<readonly [string, readonly Buffer[]]>([
    ["end its side twice", [frame(kinds.MESSAGE | END_STREAM, 1), frame(kinds.MESSAGE | END_STREAM, 1)]],
    ["send messages behind its end", [frame(kinds.MESSAGE | END_STREAM, 1), frame(message, 1, intBody(5))]],
    [
      "end it with a message that is counted",
      [frame(message | END_STREAM, 1, Buffer.alloc(0)), frame(kinds.MESSAGE | END_STREAM, 1)],
    ],
    [
      "send pieces that are not counted",
      [frame(kinds.MESSAGE | MORE, 1, intBody(5)), frame(kinds.MESSAGE | END_STREAM, 1)],
    ],
    ["send messages of no call", [frame(message, 77, intBody(5)), frame(kinds.MESSAGE | END_STREAM, 1)]],
  ])("%s", async (_what, bytes) => {
    const { client, open } = await unreadStream();
    client.send(frame(message, 1, intBody(7)), ...bytes);
    client.send(frame(kinds.PING, 0, Buffer.alloc(8)));
    await client.receive(1);
    open();
    const frames = await client.receive(2);
    expect(outcomeOf(frames[1]!)).toMatchObject({ id: 1, status: 0, body: intBody(7) });
  });

  it("send messages on a unary call, and on one that streams from the server alone", async () => {
    const { arith, address } = await start();
    const client = await RawClient.shakeHands(address);
    client.send(
      request(1, { method: paths.slow }, Buffer.from("0a031080897a", "hex").subarray(0, 0)),
      frame(message, 1, intBody(1)),
      request(2, { method: paths.countTo }, intBody(2)),
      frame(message, 2, intBody(1)),
      frame(kinds.MESSAGE | END_STREAM, 2),
    );
    const frames = await client.receive(4);
    expect(frames.map(({ kind, id }) => [kind, id])).toContainEqual([kinds.RESPONSE, 2]);
    expect(await arith.negate(1)).toBe(-1);
  });
});

describe("messages that are refused", () => {
  it("of a stream, for their size: the handler learns it, the connection stays", async () => {
    const { address, arith } = await start({ server: { maxMessageBytes: MiB } });
    const client = await RawClient.shakeHands(address);
    client.send(request(1, { method: paths.chat }), frame(message, 1, bytesBody(Buffer.from("a"))));
    await client.receive(1);
    for (let i = 0; i < 40; i++) client.send(frame(message | MORE, 1, Buffer.alloc(64 * KiB)));
    const frames = await client.receive(2);
    const response = frames.find(({ kind }) => kind === kinds.RESPONSE)!;
    expect(outcomeOf(response)).toMatchObject({
      status: 8,
      run: true,
      message: matching(
        /a request of the stream was refused: .*limit of 1048576 bytes \(option maxMessageBytes\)/,
      ),
    });
    expect(await arith.negate(1)).toBe(-1);
  });

  it("since they do not decode", async () => {
    const { address } = await start();
    const client = await RawClient.shakeHands(address);
    client.send(request(1, { method: paths.addUp }), frame(message, 1, Buffer.of(8)));
    expect(outcomeOf((await client.receive(1))[0]!)).toMatchObject({ status: 3, run: true });
  });

  it("by a client: its stream ends behind those before, and its server learns it", async () => {
    const server = await RawServer.listen();
    const { arith } = await dial(server.address, { maxMessageBytes: MiB });
    const peer = await server.connection();
    const bad = async (send: (id: number) => void): Promise<Awaited<ReturnType<typeof drain>>> => {
      const stream = drain(arith.chat([]));
      const seen = peer.frames.length;
      await until(() => peer.frames.slice(seen).some(({ flags }) => flags === END_STREAM));
      const { id } = peer.frames.at(-1)!;
      peer.send(frame(message, id, bytesBody(Buffer.from("a"))));
      send(id);
      const outcome = await stream;
      await until(() => peer.frames.at(-1)!.kind === kinds.CANCEL);
      expect(peer.frames.at(-1)!.id).toBe(id);
      return outcome;
    };
    const undecodable = await bad((id) => peer.send(frame(message, id, Buffer.of(8))));
    expect(undecodable).toMatchObject({ values: ["a"], error: { code: "INTERNAL", sent: "yes" } });
    const tooLarge = await bad((id) => {
      for (let i = 0; i < 20; i++) peer.send(frame(message | MORE, id, Buffer.alloc(64 * KiB)));
    });
    expect(tooLarge).toMatchObject({ values: ["a"], error: { code: "RESOURCE_EXHAUSTED", sent: "yes" } });
  });
});

describe("a hostile server's streams", () => {
  it.each<readonly [string, (peer: RawConnection, id: number) => void, RegExp]>([
    [
      "no credit",
      (peer, id) => peer.send(frame(message, id, Buffer.alloc(64 * KiB - 8)), frame(message, id)),
      /no credit for it/,
    ],
    [
      "a window of nothing",
      (peer, id) => peer.send(frame(kinds.WINDOW, id, Buffer.of(0))),
      /it grants 0 bytes/,
    ],
  ])("cost the connection: %s", async (_what, act, reason) => {
    const server = await RawServer.listen();
    const { arith } = await dial(server.address, small);
    const peer = await server.connection();
    const answers = arith.countTo(1)[Symbol.asyncIterator]();
    const first = answers.next();
    const [opened] = await peer.receive(1);
    peer.send(frame(message, opened!.id, intBody(1)));
    expect(await first).toEqual({ done: false, value: 1 });
    act(peer, opened!.id);
    await until(() => peer.ended || peer.closed);
    const error = await failureOf(answers.next());
    expect(error).toMatchObject({ code: "UNAVAILABLE", message: matching(reason) });
  });

  it("answer a call whose client streams with messages: they are ignored", async () => {
    const server = await RawServer.listen();
    const { arith } = await dial(server.address);
    const peer = await server.connection();
    const sum = arith.addUp([1]);
    const frames = await peer.receive(3);
    const { id } = frames[0]!;
    peer.send(frame(message, id, intBody(1)), answer(id, intBody(42)));
    expect(await sum).toBe(42n);
  });
});

describe("floods on streams", () => {
  it.each<readonly [string, (i: number) => Buffer]>([
    ["windows of the connection", () => frame(kinds.WINDOW, 0, Buffer.of(1))],
    ["windows of a stream", () => frame(kinds.WINDOW, 1, Buffer.of(1))],
    ["messages of no call", () => frame(message, 9_999_999, Buffer.alloc(100))],
    ["pieces of nothing that never end", () => frame(message | MORE, 1)],
    ["ends", () => frame(kinds.MESSAGE | END_STREAM, 1)],
    [
      "streams that are opened and cancelled",
      (i) =>
        Buffer.concat([
          request(i + 2, { method: paths.chat }),
          frame(message, i + 2, bytesBody(Buffer.from("a"))),
          frame(kinds.CANCEL, i + 2),
        ]),
    ],
    [
      "streams that end at once",
      (i) =>
        Buffer.concat([
          frame(kinds.REQUEST | END_STREAM, i + 2, request(0, { method: paths.chat }).subarray(8)),
        ]),
    ],
  ])("hold no memory, and others are served: %s", async (_what, next) => {
    const read = deferred();
    const handlers = { ...deaf().handlers, ping: () => read.resolve() };
    const world = await start({ server: { logger: silentLogger }, handlers });
    const client = await RawClient.dial(world.address);
    client.socket.removeAllListeners("data");
    client.socket.resume();
    client.send(option(), request(1, { method: paths.addUp }));
    const before = await heldBytes();
    for (let round = 0; round < 20; round++) {
      const chunk = Buffer.concat(Array.from({ length: 2_000 }, (_, i) => next(2_000 * round + i)));
      if (!client.socket.write(chunk)) await new Promise((resolve) => client.socket.once("drain", resolve));
      expect(await world.arith.negate(round)).toBe(0 - round);
    }
    // The server takes a flood in turn with others: it is through when what follows it has come.
    client.socket.write(request(50_000, { method: paths.ping }));
    await read.promise;
    expect((await heldBytes()) - before).toBeLessThan(4 * MiB);
    expect(client.closed).toBe(false);
    client.socket.destroy();
    await until(() => world.server.connections === 1);
  });

  it("of empty messages are held in what their credit covers", async () => {
    const { handlers, open } = deaf();
    const world = await start({ handlers });
    const client = await RawClient.shakeHands(world.address);
    const before = await heldBytes();
    client.send(request(1, { method: paths.addUp }));
    const count = 256 * 128;
    client.send(Buffer.concat(Array.from({ length: count }, () => frame(message, 1))));
    client.send(frame(kinds.PING, 0, Buffer.alloc(8)));
    await client.receive(1);
    expect((await heldBytes()) - before).toBeLessThan(2 * MiB);
    client.send(frame(kinds.MESSAGE | END_STREAM, 1));
    open();
    await until(() => client.frames.some(({ kind }) => kind === kinds.RESPONSE));
    expect(outcomeOf(client.frames.find(({ kind }) => kind === kinds.RESPONSE)!).status).toBe(0);
  });

  it("of messages to a handler, by a peer that reads no credit: no more is read than the bound", async () => {
    const world = await start({
      server: { ...small, maxUnsentBytes: 64 * KiB },
      handlers: {
        async addUp(values) {
          for await (const value of values) if (value < 0) return 0n;
          return 1n;
        },
      },
    });
    const client = await RawClient.shakeHands(world.address);
    client.send(request(1, { method: paths.addUp }));
    client.send(Buffer.concat(Array.from({ length: 2_000 }, () => frame(message, 1, intBody(1)))));
    client.send(frame(kinds.MESSAGE | END_STREAM, 1));
    await until(() => client.frames.some(({ kind }) => kind === kinds.RESPONSE));
    expect(client.frames.filter(({ kind }) => kind === kinds.WINDOW).length).toBeLessThan(20);
  });
});

it("answers that were forgotten unread give their credit back once they are collected", async () => {
  const credit = {
    streamCreditBytes: 64 * KiB,
    maxStreamCreditBytes: 64 * KiB,
    connectionCreditBytes: 128 * KiB,
  };
  const { arith } = await start({
    channel: credit,
    handlers: {
      async *chat() {
        for (let i = 0; i < 3; i++) yield "x".repeat(15_000);
      },
    },
  });
  // Read once and dropped, without a word: three times what the connection may hold.
  const first = async (): Promise<void> => {
    const answers = arith.chat([])[Symbol.asyncIterator]();
    expect((await answers.next()).done).toBe(false);
  };
  for (let i = 0; i < 12; i++) {
    await first();
    await arith.ping();
    await heldBytes();
  }
  expect((await drain(arith.chat([]))).values).toHaveLength(3);
});
