import { setTimeout as sleep } from "node:timers/promises";
import { connect, type ConnectOptions } from "@gorpc/runtime";
import { testClock } from "@gorpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { ArithClient, DivideByZero } from "../e2e/arith.gorpc.ts";
import { failureOf, matching, until } from "../e2e/waiting.ts";
import { dial } from "../e2e/world.ts";
import { type RawConnection, RawServer } from "./raw-server.ts";
import { heldBytes } from "./memory.ts";
import {
  answer,
  failure,
  frame,
  goaway,
  intBody,
  kinds,
  MORE,
  NOT_RUN,
  option,
  sized,
  varint,
} from "./wire.ts";

/** A client on a raw server, and the connection between them. */
async function meet(
  fields: Readonly<Record<string, unknown>> = {},
  options: ConnectOptions = {},
): Promise<Awaited<ReturnType<typeof dial>> & { readonly server: RawServer; readonly peer: RawConnection }> {
  const server = await RawServer.listen(fields);
  const client = await dial(server.address, options);
  return { ...client, server, peer: await server.connection() };
}

describe("a server that does not shake hands", () => {
  it.each<readonly [string, (connection: RawConnection) => unknown, RegExp]>([
    ["answers with garbage", (c) => c.send("garbage\n"), /does not speak mux\/1: it says "garbage"/],
    [
      "answers as HTTP",
      (c) => c.send("HTTP/1.1 400 Bad Request\r\n\r\n"),
      /does not speak mux\/1: it says "HTTP\/1\.1 400 Bad Request"; is it a gorpc server/,
    ],
    [
      "answers with bytes that never end in a line",
      (c) => c.send(Buffer.alloc(10_000, 0x20)),
      /longer than the 4096 bytes/,
    ],
    [
      "refuses",
      (c) => c.send('{"MagicNumber":3927900,"Framing":"mux/1","Error":"not today"}\n'),
      /the peer refused: "not today"/,
    ],
    [
      "answers with another codec",
      (c) => c.send(option({ CodecType: "application/json" })),
      /answered with the codec application\/json; application\/proto was asked for/,
    ],
    ["answers with another framing", (c) => c.send(option({ Framing: "mux/2" })), /Framing is "mux\/2"/],
    [
      "undercuts the limits",
      (c) => c.send(option({ MaxMessage: 10 })),
      /MaxMessage is 10: it takes an integer from 1048576/,
    ],
    ["closes", (c) => c.socket.end(), /closed the connection during the handshake/],
    [
      "resets the connection",
      (c) => c.socket.resetAndDestroy(),
      /ECONNRESET|closed the connection during the handshake/,
    ],
    [
      "closes after half a line",
      (c) => void (c.send('{"Magic'), c.socket.end()),
      /closed the connection during the handshake/,
    ],
  ])("%s: connect says so, and leaves no connection", async (_what, greet, reason) => {
    const server = await RawServer.listen(greet);
    const error = await failureOf(connect(server.address, { connectTimeout: 5_000 }));
    expect(error).toMatchObject({ code: "UNAVAILABLE", sent: "no", message: matching(reason) });
    expect(error.message.startsWith(`${server.address}: `)).toBe(true);
    const connection = await server.connection();
    await until(() => connection.closed || connection.ended);
    await sleep(5);
    expect(server.connections).toHaveLength(1);
  });

  it("dribbles its Option and the answer behind it: both are taken", async () => {
    const server = await RawServer.listen(async (connection) => {
      await connection.option();
      for (const byte of Buffer.from(option())) {
        connection.send(Buffer.of(byte));
        await new Promise(setImmediate);
      }
      await connection.receive(1);
      for (const byte of answer(1, intBody(9))) {
        connection.send(Buffer.of(byte));
        await new Promise(setImmediate);
      }
    });
    const { arith } = await dial(server.address);
    expect(await arith.negate(1)).toBe(9);
  });

  it("ends the connection in the packet of its Option: the next call dials again", async () => {
    for (const behind of [goaway(0), frame(15, 1), frame(kinds.RESPONSE, 1, Buffer.alloc(0), 0xff_ffff)]) {
      let count = 0;
      const server = await RawServer.listen(async (connection) => {
        await connection.option();
        connection.send(option(), ...(count++ === 0 ? [behind] : []));
        await connection.receive(1);
        connection.send(answer(1, intBody(9)));
      });
      const connecting = connect(server.address);
      const { arith } = await connecting.then(
        (channel) => ({ arith: new ArithClient(channel) }),
        () => dial(server.address),
      );
      expect(await arith.negate(1)).toBe(9);
      await arith.channel.close();
    }
  });
});

describe("a server that breaks the protocol", () => {
  it.each<readonly [string, Buffer, RegExp]>([
    ["with an unknown kind", frame(15, 1), /kind 15 frame: this side does not know the kind/],
    ["with a client's kind", frame(kinds.REQUEST, 1), /REQUEST frame: this side does not know the kind/],
    [
      "with a frame longer than agreed",
      frame(kinds.RESPONSE, 1, Buffer.alloc(0), 131_073),
      /RESPONSE frame of 131073 bytes is larger than the 131072 agreed \(option maxFrameBytes\)/,
    ],
    ["with a GOAWAY too short", frame(kinds.GOAWAY, 0, Buffer.alloc(3)), /GOAWAY frame: /],
    [
      "with a ping of the wrong size",
      frame(kinds.PING, 0, Buffer.alloc(9)),
      /PING frame: a payload of 9 bytes, not 8/,
    ],
    [
      "with an answer begun twice",
      Buffer.concat([
        frame(kinds.RESPONSE | MORE, 1, Buffer.of(0)),
        frame(kinds.RESPONSE | MORE, 1, Buffer.of(0)),
      ]),
      /RESPONSE frame: /,
    ],
  ])(
    "%s: its calls fail and say so, and the next ones go out on a new connection",
    async (_what, bytes, reason) => {
      const { arith, server, peer } = await meet();
      const calls = [failureOf(arith.negate(1)), failureOf(arith.negate(2))];
      await peer.receive(2);
      peer.send(bytes);
      for (const error of await Promise.all(calls)) {
        expect(error).toMatchObject({ code: "UNAVAILABLE", sent: "maybe", message: matching(reason) });
        expect(error.message).toContain(
          `at ${server.address}: the connection was lost: the server broke the protocol: `,
        );
      }
      await until(() => peer.closed || peer.ended);
      const next = arith.negate(3);
      const again = await server.connection(1);
      await again.receive(1);
      again.send(answer(1, intBody(4)));
      expect(await next).toBe(4);
    },
  );

  it("by ending the connection: its calls fail with what it said", async () => {
    const { arith, peer } = await meet();
    const call = failureOf(arith.negate(1));
    await peer.receive(1);
    peer.send(goaway(1, 13, "call id 1 is in use"));
    peer.socket.end();
    const error = await call;
    expect(error).toMatchObject({ code: "UNAVAILABLE", sent: "maybe" });
    expect(error.message).toContain("INTERNAL: call id 1 is in use");
  });
});

describe("an answer that is not right", () => {
  it.each<readonly [string, Buffer, string, RegExp]>([
    [
      "has a body of the wrong type",
      answer(1, Buffer.of(10, 5, 1)),
      "INTERNAL",
      /the answer does not decode: /,
    ],
    ["has nothing", frame(kinds.RESPONSE, 1), "INTERNAL", /the answer does not decode: /],
    [
      "ends in its status",
      frame(kinds.RESPONSE, 1, Buffer.of(0x80)),
      "INTERNAL",
      /the answer does not decode: /,
    ],
    [
      "has metadata over the limit",
      frame(kinds.RESPONSE, 1, Buffer.concat([Buffer.of(0), varint(20_000), Buffer.alloc(20_000)])),
      "INTERNAL",
      /metadata of 20000 bytes is larger than the limit of 16384/,
    ],
    ["has a status that nobody knows", failure(1, 77, "odd"), "UNKNOWN", /odd$/],
    ["has the largest status", failure(1, 0xffff_ffff, "odd"), "UNKNOWN", /odd$/],
    [
      "is an error cut short",
      frame(kinds.RESPONSE, 1, Buffer.of(5, 0, 0, 200)),
      "INTERNAL",
      /the answer does not decode: /,
    ],
  ])("%s: costs its call", async (_what, bytes, code, reason) => {
    const { arith, peer } = await meet();
    const call = failureOf(arith.negate(1));
    const other = arith.negate(2);
    await peer.receive(2);
    peer.send(bytes, answer(2, intBody(3)));
    expect(await call).toMatchObject({ code, sent: "yes", message: matching(reason) });
    expect(await other).toBe(3);
  });

  it("is a typed error with broken fields: code and message are kept", async () => {
    const { arith, peer } = await meet();
    const call = failureOf(arith.divide({ left: 1, right: 0 }));
    await peer.receive(1);
    const typeName = "test.arith.v1.DivideByZero";
    peer.send(
      frame(
        kinds.RESPONSE,
        1,
        Buffer.concat([Buffer.of(3, 0, 0), sized("no"), sized(typeName), Buffer.of(8)]),
      ),
    );
    const error = await call;
    expect(error).not.toBeInstanceOf(DivideByZero);
    expect(error).toMatchObject({ code: "INVALID_ARGUMENT", rawMessage: "no", sent: "yes" });
  });

  it("is a typed error of another type's name", async () => {
    const { arith, peer } = await meet();
    const call = failureOf(arith.divide({ left: 1, right: 0 }));
    await peer.receive(1);
    peer.send(
      frame(
        kinds.RESPONSE,
        1,
        Buffer.concat([Buffer.of(3, 0, 0), sized("no"), sized("__proto__"), Buffer.of(8)]),
      ),
    );
    expect(await call).toMatchObject({ name: "RpcError", code: "INVALID_ARGUMENT" });
  });

  it("says that no handler ran", async () => {
    const { arith, peer } = await meet({}, { retry: false });
    const call = failureOf(arith.negate(1));
    await peer.receive(1);
    peer.send(failure(1, 8, "full", NOT_RUN));
    expect(await call).toMatchObject({ code: "RESOURCE_EXHAUSTED", sent: "no" });
  });

  it("comes twice, or for calls that are not there: the rest are dropped", async () => {
    const { arith, peer } = await meet();
    const call = arith.negate(1);
    await peer.receive(1);
    peer.send(answer(7, intBody(7)), answer(1, intBody(1)), answer(1, intBody(2)), answer(0, intBody(0)));
    peer.send(frame(kinds.MESSAGE, 1, Buffer.alloc(10)), frame(kinds.RESPONSE | MORE, 5, Buffer.alloc(10)));
    expect(await call).toBe(1);
    const next = arith.negate(2);
    await peer.receive(2);
    peer.send(answer(2, intBody(5)));
    expect(await next).toBe(5);
  });

  it("comes late, for a call whose slot is in use again", async () => {
    const { arith, peer } = await meet();
    await failureOf(arith.negate(1, { timeout: 20 }));
    // Sixteen slots: the call with the id 17 takes the place of the first.
    const calls = Array.from({ length: 16 }, (_, i) => arith.negate(i + 2));
    const frames = await peer.receive(18);
    expect(frames.map(({ id }) => id)).toEqual([1, 1, ...Array.from({ length: 16 }, (_, i) => i + 2)]);
    peer.send(answer(1, intBody(111)));
    for (let id = 17; id >= 2; id--) peer.send(answer(id, intBody(id)));
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 16 }, (_, i) => i + 2));
  });

  it("never ends: it costs its call, at its deadline or at the bound of memory", async () => {
    const { arith, peer } = await meet({}, { maxMessageBytes: 1_048_576, maxReassemblyBytes: 2_097_152 });
    const unfinished = failureOf(arith.blob(new Uint8Array(1), { timeout: 200 }));
    const large = failureOf(arith.blob(new Uint8Array(1)));
    await peer.receive(2);
    const piece = Buffer.alloc(60_000);
    peer.send(
      frame(kinds.RESPONSE | MORE, 1, Buffer.of(0, 0)),
      frame(kinds.RESPONSE | MORE, 2, Buffer.of(0, 0)),
    );
    for (let i = 0; i < 40; i++) peer.send(frame(kinds.MESSAGE | MORE, 2, piece));
    expect(await large).toMatchObject({
      code: "RESOURCE_EXHAUSTED",
      sent: "yes",
      message: matching(/option maxMessageBytes/),
    });
    expect(await unfinished).toMatchObject({ code: "DEADLINE_EXCEEDED", sent: "maybe" });
    const next = arith.negate(1);
    await until(() => peer.frames.some(({ kind, id }) => kind === kinds.REQUEST && id === 3));
    peer.send(answer(3, intBody(1)));
    expect(await next).toBe(1);
  });
});

describe("a server that goes away", () => {
  it("returns the calls that it will not run: they go out on the next connection", async () => {
    const { arith, server, peer } = await meet();
    const calls = [arith.negate(1), arith.negate(2), arith.negate(3)];
    await peer.receive(3);
    peer.send(goaway(1), answer(1, intBody(10)));
    const next = await server.connection(1);
    const frames = await next.receive(2);
    expect(frames.map(({ id }) => id)).toEqual([1, 2]);
    next.send(answer(1, intBody(20)), answer(2, intBody(30)));
    expect(await Promise.all(calls)).toEqual([10, 20, 30]);
    // The old connection is closed by the client, which has nothing more there.
    await until(() => peer.ended || peer.closed);
  });

  it("again and again: calls wait, and no dial follows the other without a pause", async () => {
    const server = await RawServer.listen(async (connection) => {
      await connection.option();
      connection.send(option(), goaway(0));
      connection.socket.end();
    });
    const channel = await connect(server.address).catch(() => undefined);
    await channel?.close();
    const again = await connect(server.address).catch(() => undefined);
    if (again !== undefined) {
      await failureOf(new ArithClient(again).negate(1, { timeout: 300 }));
      await again.close();
    }
    expect(server.connections.length).toBeLessThan(12);
  });
});

describe("a server that does not read", () => {
  it("makes the client keep at most its bound unsent: further calls wait under their deadlines", async () => {
    const server = await RawServer.listen(async (connection) => {
      await connection.option();
      connection.send(option({ MaxMessage: 4_194_304 }));
      connection.socket.pause();
    });
    const { arith } = await dial(server.address);
    const bytes = new Uint8Array(2_000_000);
    using clock = testClock();
    const before = await heldBytes();
    const calls = Array.from({ length: 100 }, () => failureOf(arith.blob(bytes, { timeout: 400 })));
    // The bound is 16 MiB and a message; what the kernel took comes on top of it, elsewhere.
    expect((await heldBytes()) - before).toBeLessThan(40_000_000);
    await clock.advance(400);
    const errors = await Promise.all(calls);
    expect(errors.map(({ code }) => code)).toEqual(Array(100).fill("DEADLINE_EXCEEDED"));
    const waited = errors.filter(({ sent }) => sent === "no");
    expect(waited.length).toBeGreaterThan(80);
    expect(waited.at(-1)!.message).toContain("while waiting in the queue");
  });

  it("and floods: its pings cost the client no more memory than its bound", async () => {
    const { arith, peer } = await meet();
    peer.socket.pause();
    const pings = Buffer.concat(Array.from({ length: 4_096 }, () => frame(kinds.PING, 0, Buffer.alloc(8))));
    const before = await heldBytes();
    for (let i = 0; i < 500; i++) {
      if (!peer.socket.write(pings)) await new Promise((resolve) => peer.socket.once("drain", resolve));
    }
    const held = (await heldBytes()) - before;
    expect(held).toBeLessThan(40_000_000);
    peer.socket.resume();
    const call = arith.negate(1);
    await until(() => peer.frames.some(({ kind }) => kind === kinds.REQUEST));
    peer.send(answer(1, intBody(2)));
    expect(await call).toBe(2);
  });
});
