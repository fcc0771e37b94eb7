import { describe, expect, it } from "vitest";
import { deferred, matching, until } from "../e2e/waiting.ts";
import { start, type World } from "../e2e/world.ts";
import { farewellOf, outcomeOf } from "./reading.ts";
import { RawClient } from "./raw-client.ts";
import {
  bytesBody,
  frame,
  intBody,
  kinds,
  MORE,
  operands,
  paths,
  request,
  requestPayload,
  sized,
  varint,
} from "./wire.ts";

const KiB = 1024;
const MiB = 1024 * KiB;
const head = { method: paths.negate };

/** A call between others of the same connection, and what came of it. */
async function expectConnectionWorks(client: RawClient, id: number): Promise<void> {
  const before = client.frames.length;
  client.send(request(id, { method: paths.sum }, operands(20, 22)));
  const frames = await client.receive(before + 1);
  expect(outcomeOf(frames[before]!)).toMatchObject({ id, status: 0, body: intBody(42) });
}

async function expectOthersServed({ arith, server }: World): Promise<void> {
  expect(await arith.sum({ left: 1, right: 2 })).toBe(3);
  await until(() => server.connections === 1);
}

describe("what costs a peer its connection", () => {
  const meta = (bytes: Uint8Array): Buffer => request(1, { ...head, metadata: bytes });
  const cases: readonly [string, Buffer, RegExp][] = [
    [
      "a frame longer than agreed",
      frame(kinds.REQUEST, 1, Buffer.alloc(0), 131_073),
      /REQUEST frame of 131073 bytes is larger than the 131072 agreed \(option maxFrameBytes\)/,
    ],
    [
      "the longest frame that can be said",
      frame(kinds.MESSAGE, 1, Buffer.alloc(0), 0xff_ffff),
      /MESSAGE frame of 16777215 bytes is larger/,
    ],
    ["kind 0", frame(0, 1), /kind 0 frame: this side does not know the kind/],
    ["an unknown kind", frame(15, 1), /kind 15 frame: this side does not know the kind/],
    [
      "a server's kind",
      frame(kinds.RESPONSE, 1, Buffer.of(0, 0)),
      /RESPONSE frame: this side does not know the kind/,
    ],
    ["an empty request", frame(kinds.REQUEST, 1), /REQUEST frame: /],
    [
      "a request that ends in its path",
      frame(kinds.REQUEST, 1, Buffer.of(60, 0x2f)),
      /REQUEST frame: a method's path of 30 bytes ends behind its frame/,
    ],
    ["a request without its metadata", frame(kinds.REQUEST, 1, Buffer.of(2, 0x2f, 0)), /REQUEST frame: /],
    [
      "a path that is too long",
      request(1, { method: `/${"x".repeat(1_024)}` }),
      /a method's path of 1025 bytes is refused: at most 1024/,
    ],
    ["an index that was never given", request(1, { method: 0 }), /method index 0 was never given/],
    [
      "the largest index",
      frame(kinds.REQUEST, 1, Buffer.concat([varint(0xffff_ffff), Buffer.of(0, 0)])),
      /method index 2147483647 was never given/,
    ],
    ["an overlong varint", frame(kinds.REQUEST, 1, Buffer.alloc(20, 0xff)), /varint is longer than 10 bytes/],
    [
      "metadata over the limit",
      request(1, { ...head, metadata: Buffer.concat([sized("k"), sized("x".repeat(17_000))]) }),
      /metadata of 170\d\d bytes is larger than the limit of 16384 \(option maxMetadataBytes\)/,
    ],
    ["metadata that ends in a value", meta(Buffer.from("016b05", "hex")), /REQUEST frame: /],
    [
      "metadata in upper case",
      meta(Buffer.concat([sized("Key"), sized("v")])),
      /metadata key "Key" is refused/,
    ],
    ["metadata without a key", meta(Buffer.concat([sized(""), sized("v")])), /metadata key "" is refused/],
    [
      "metadata that is not UTF-8",
      meta(Buffer.concat([sized("key"), sized(Buffer.of(0xff))])),
      /REQUEST frame: .*UTF-8/,
    ],
    [
      "metadata longer than its frame",
      frame(kinds.REQUEST, 1, Buffer.concat([requestPayload(head).subarray(0, -1), varint(0xffff_ffff)])),
      /REQUEST frame: /,
    ],
    ["call id 0", request(0, head), /call id 0/],
    [
      "a ping of the wrong size",
      frame(kinds.PING, 0, Buffer.alloc(7)),
      /PING frame: a payload of 7 bytes, not 8/,
    ],
  ];

  it.each(cases)("%s", async (_what, bytes, reason) => {
    const world = await start();
    const client = await RawClient.shakeHands(world.address);
    client.send(bytes, request(99, head, intBody(1)));
    const frames = await client.receive(1);
    expect(farewellOf(frames[0]!)).toMatchObject({ last: 0, status: 13, text: matching(reason) });
    await client.end();
    expect(client.frames).toHaveLength(1);
    expect(world.log).toHaveLength(1);
    expect(world.log[0]).toMatchObject({ level: "warn", message: matching(reason) });
    expect(world.log[0]!.message).toMatch(/^connection from tcp:\/\/127\.0\.0\.1:\d+ closed: /);
    await expectOthersServed(world);
  });

  it("an id that is in use: its handlers are told, what it has been answered stands", async () => {
    const signals: AbortSignal[] = [];
    const world = await start({
      handlers: {
        slow: (_takes, { signal }) => {
          signals.push(signal);
          return new Promise(() => {});
        },
      },
    });
    const client = await RawClient.shakeHands(world.address);
    const slow = { method: paths.slow };
    client.send(request(1, head, intBody(5)), request(2, slow, Buffer.of(10, 0)), request(2, slow));
    const frames = await client.receive(2);
    expect(outcomeOf(frames[0]!)).toMatchObject({ id: 1, status: 0 });
    expect(farewellOf(frames[1]!)).toMatchObject({ last: 2, text: matching(/call id 2 is in use/) });
    expect(signals).toHaveLength(1);
    expect(signals[0]!.aborted).toBe(true);
    await client.end();
    expect(world.log).toHaveLength(1);
    await expectOthersServed(world);
  });

  it("the same broken frame a byte at a time", async () => {
    const world = await start();
    const client = await RawClient.shakeHands(world.address);
    await client.dribble(Buffer.concat([request(1, head, intBody(3)), frame(15, 1)]));
    expect(await client.receive(2)).toHaveLength(2);
    await client.end();
    expect(world.log).toMatchObject([{ message: matching(/kind 15 frame/) }]);
  });
});

describe("what costs a peer its call", () => {
  it.each<readonly [string, Buffer, number, boolean, RegExp]>([
    [
      "an unknown service",
      request(1, { method: "/nobody.Knows/It" }),
      12,
      false,
      /no service nobody\.Knows is registered on this server/,
    ],
    [
      "an unknown method",
      request(1, { method: "/test.arith.v1.Arith/Root" }),
      12,
      false,
      /test\.arith\.v1\.Arith has no method Root/,
    ],
    ["a path that is none", request(1, { method: "" }), 12, false, /is registered on this server/],
    ["a body that is no message", request(1, head, Buffer.of(8)), 3, false, /the request does not decode/],
    [
      "a body of the wrong type",
      request(1, head, Buffer.of(10, 200, 1)),
      3,
      false,
      /the request does not decode/,
    ],
    [
      "a body whose text is not UTF-8",
      request(1, { method: "/test.arith.v1.Arith/Echo" }, Buffer.of(10, 1, 0xff)),
      3,
      false,
      /the request does not decode: .*UTF-8/,
    ],
    [
      "a body outside the range of its type",
      request(1, head, Buffer.concat([Buffer.of(8), Buffer.from("ffffffffffffffff7f", "hex")])),
      3,
      false,
      /the request does not decode: .*outside the range of int/,
    ],
    [
      "a body that nests too deep",
      request(1, { method: "/test.arith.v1.Arith/Echo" }, Buffer.alloc(5_000, 0x0b)),
      3,
      false,
      /the request does not decode: .*(deeper|field)/,
    ],
  ])("%s", async (_what, bytes, status, run, reason) => {
    const world = await start();
    const client = await RawClient.shakeHands(world.address);
    client.send(bytes);
    const [first] = await client.receive(1);
    expect(outcomeOf(first!)).toMatchObject({ id: 1, status, run, message: matching(reason) });
    expect(world.log).toHaveLength(1);
    expect(world.log[0]).toMatchObject({ level: "warn", message: matching(reason) });
    await expectConnectionWorks(client, 2);
    client.socket.destroy();
    await expectOthersServed(world);
    expect(world.log).toHaveLength(1);
  });

  it("being one too many: a peer that ignores the limit is refused, without its handler", async () => {
    let entered = 0;
    const answer = deferred<string>();
    const world = await start({
      server: { maxConcurrentCalls: 64 },
      handlers: {
        slow: () => {
          entered++;
          return answer.promise;
        },
      },
    });
    const client = await RawClient.shakeHands(world.address);
    const body = Buffer.of(10, 0);
    client.send(
      ...Array.from({ length: 70 }, (_, i) => request(i + 1, { method: i === 0 ? paths.slow : 0 }, body)),
    );
    const refused = (await client.receive(6)).map(outcomeOf);
    expect(refused.map(({ id }) => id)).toEqual([65, 66, 67, 68, 69, 70]);
    for (const outcome of refused) {
      expect(outcome).toMatchObject({ status: 8, run: false });
      expect(outcome.message).toContain("64 calls run on this connection (option maxConcurrentCalls)");
    }
    expect(entered).toBe(64);
    expect(world.log).toHaveLength(6);
    answer.resolve("done");
    expect((await client.receive(70)).map(outcomeOf).filter(({ status }) => status === 0)).toHaveLength(64);
    await expectConnectionWorks(client, 71);
  });

  it("cancelling again and again: the place is free when the handler settles, not before", async () => {
    const settle: (() => void)[] = [];
    const { address } = await start({
      server: { maxConcurrentCalls: 64 },
      handlers: { slow: () => new Promise((resolve) => settle.push(() => resolve("late"))) },
    });
    const client = await RawClient.shakeHands(address);
    const body = Buffer.of(10, 0);
    for (let id = 1; id <= 1_000; id++) {
      client.send(request(id, { method: id === 1 ? paths.slow : 0 }, body), frame(kinds.CANCEL, id));
    }
    const refused = (await client.receive(936)).map(outcomeOf);
    expect(refused).toHaveLength(936);
    expect(refused.every(({ status, run }) => status === 8 && !run)).toBe(true);
    expect(settle).toHaveLength(64);
    for (const each of settle) each();
    await expectConnectionWorks(client, 2_000);
    // What was cancelled is never answered.
    expect(client.frames).toHaveLength(937);
  });

  it("a message over the limit, refused as soon as it is, and its rest dropped", async () => {
    const world = await start({ server: { maxMessageBytes: MiB } });
    const client = await RawClient.shakeHands(world.address);
    const piece = Buffer.alloc(64 * KiB, 1);
    client.send(
      frame(kinds.REQUEST | MORE, 1, requestPayload({ method: paths.blob }, Buffer.alloc(60 * KiB))),
    );
    for (let i = 0; i < 30; i++) client.send(frame(kinds.MESSAGE | MORE, 1, piece));
    client.send(frame(kinds.MESSAGE, 1, piece));
    const [first] = await client.receive(1);
    expect(outcomeOf(first!)).toMatchObject({
      id: 1,
      status: 8,
      run: false,
      message: matching(/limit of 1048576 bytes \(option maxMessageBytes\)/),
    });
    await expectConnectionWorks(client, 2);
    expect(client.frames).toHaveLength(2);
    expect(world.log).toHaveLength(1);
  });

  it("messages that never end: they share the connection's memory, and end at their deadlines", async () => {
    const world = await start({ server: { maxReassemblyBytes: 4 * MiB, handleTimeout: 150 } });
    const client = await RawClient.shakeHands(world.address);
    const piece = Buffer.alloc(60 * KiB, 1);
    for (let id = 1; id <= 100; id++) {
      client.send(
        frame(kinds.REQUEST | MORE, id, requestPayload({ method: id === 1 ? paths.blob : 0 }, piece)),
      );
    }
    const frames = await client.receive(100);
    const outcomes = frames.map(outcomeOf);
    const refused = outcomes.filter(({ status }) => status === 8);
    const expired = outcomes.filter(({ status }) => status === 4);
    expect(refused.length).toBeGreaterThanOrEqual(30);
    expect(refused[0]!.message).toContain(
      "4194304 bytes that a connection may hold (option maxReassemblyBytes)",
    );
    expect(refused.length + expired.length).toBe(100);
    expect(expired[0]!.message).toContain(
      "the server's handleTimeout of 150 ms ran out before the request was whole",
    );
    expect(outcomes.every(({ run }) => !run)).toBe(true);
    await expectConnectionWorks(client, 101);
  });
});

describe("what costs nothing", () => {
  it("a call of a method that was refused first, by its index", async () => {
    let full = true;
    const gate = deferred<string>();
    const { address } = await start({
      server: { maxConcurrentCalls: 64 },
      handlers: { slow: () => (full ? gate.promise : "through") },
    });
    const client = await RawClient.shakeHands(address);
    const body = Buffer.of(10, 0);
    client.send(
      ...Array.from({ length: 64 }, (_, i) => request(i + 1, { method: i === 0 ? paths.slow : 0 }, body)),
    );
    // Index 1 is given to Negate although its call is refused.
    client.send(request(65, { method: paths.negate }, intBody(3)));
    expect(outcomeOf((await client.receive(1))[0]!)).toMatchObject({ id: 65, status: 8, run: false });
    full = false;
    gate.resolve("done");
    await client.receive(65);
    client.send(request(66, { method: 1 }, intBody(3)));
    const answered = outcomeOf((await client.receive(66))[65]!);
    expect(answered).toMatchObject({ id: 66, status: 0 });
    // -3 as protobuf writes it.
    expect(answered.body.toString("hex")).toBe("08fdffffffffffffffff01");
  });

  it("an unknown method's index, which stays its own", async () => {
    const { address } = await start();
    const client = await RawClient.shakeHands(address);
    client.send(request(1, { method: "/no.Such/Method" }), request(2, { method: paths.negate }, intBody(0)));
    client.send(request(3, { method: 0 }), request(4, { method: 1 }));
    const outcomes = (await client.receive(4)).map(outcomeOf);
    expect(outcomes.map(({ id, status }) => [id, status])).toEqual([
      [1, 12],
      [2, 0],
      [3, 12],
      [4, 0],
    ]);
  });

  it("ids around the wrap of 2^32", async () => {
    const { address, server } = await start();
    const client = await RawClient.shakeHands(address);
    const ids = [0xffff_fffd, 0xffff_fffe, 0xffff_ffff, 1, 2, 3];
    client.send(...ids.map((id, i) => request(id, { method: i === 0 ? paths.negate : 0 })));
    expect((await client.receive(6)).map(({ id }) => id)).toEqual(ids);
    void server.close({ drain: 500 });
    const [first, ping] = (await client.receive(8)).slice(6);
    // The last in serial arithmetic, not the largest; first far ahead of it, for what is on its way.
    expect(farewellOf(first!)).toMatchObject({ last: 3 + 2 ** 30, status: 14 });
    client.send(frame(kinds.PONG, 0, ping!.payload));
    expect(farewellOf((await client.receive(9))[8]!)).toMatchObject({ last: 3, status: 14 });
  });

  it("ids that all fall on one slot", async () => {
    const { address } = await start();
    const client = await RawClient.shakeHands(address);
    const ids = Array.from({ length: 300 }, (_, i) => (i + 1) * 65_536);
    client.send(
      ...ids.map((id, i) => request(id, { method: i === 0 ? paths.slow : 0 }, Buffer.of(10, 2, 0x10, 1))),
    );
    const answered = (await client.receive(300)).map(outcomeOf);
    expect(answered.map(({ id }) => id).sort((a, b) => a - b)).toEqual(ids);
    expect(answered.every(({ status }) => status === 0)).toBe(true);
  });

  it("frames for calls that are not there", async () => {
    const { address, log } = await start();
    const client = await RawClient.shakeHands(address);
    client.send(
      frame(kinds.CANCEL, 7),
      frame(kinds.MESSAGE, 7, Buffer.alloc(100)),
      frame(kinds.MESSAGE | MORE, 7, Buffer.alloc(100)),
      frame(kinds.WINDOW, 7, Buffer.of(1)),
      frame(kinds.PONG, 0, Buffer.alloc(8)),
      frame(kinds.GOAWAY, 0, Buffer.alloc(4)),
    );
    await expectConnectionWorks(client, 8);
    expect(log).toEqual([]);
  });

  it("a ping, which is answered with its own bytes", async () => {
    const { address } = await start();
    const client = await RawClient.shakeHands(address);
    const bytes = Buffer.from("0102030405060708", "hex");
    client.send(frame(kinds.PING, 0, bytes));
    const [pong] = await client.receive(1);
    expect(pong).toMatchObject({ kind: kinds.PONG, id: 0, payload: bytes });
  });

  it("more method names than a connection remembers: they go on by path", async () => {
    const { address } = await start();
    const client = await RawClient.shakeHands(address);
    for (let i = 0; i < 1_100; i++) client.send(request(i + 1, { method: `/no.Such/Method${i}` }));
    client.send(request(2_000, head, intBody(0)));
    const outcomes = (await client.receive(1_101)).map(outcomeOf);
    expect(outcomes[1_100]).toMatchObject({ id: 2_000, status: 0 });
    client.send(request(2_001, { method: 1_100 }));
    await client.end();
    expect(farewellOf(client.frames.at(-1)!).text).toContain("method index 1100 was never given");
  });

  it("a peer that ends its side with calls in flight: they are cancelled, nothing is left", async () => {
    const entered = deferred<AbortSignal>();
    const { address, server, log } = await start({
      handlers: {
        slow: (_takes, { signal }) => {
          entered.resolve(signal);
          return new Promise(() => {});
        },
      },
    });
    const client = await RawClient.shakeHands(address);
    client.send(request(1, { method: paths.slow }, bytesBody(Buffer.alloc(0))));
    const signal = await entered.promise;
    client.socket.end();
    await until(() => server.connections === 1);
    expect(signal.aborted).toBe(true);
    expect(log).toEqual([]);
  });
});
