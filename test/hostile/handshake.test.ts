import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { matching, until } from "../e2e/waiting.ts";
import { dial, start, type World } from "../e2e/world.ts";
import { outcomeOf } from "./reading.ts";
import { RawClient } from "./raw-client.ts";
import { intBody, option, paths, request } from "./wire.ts";

/** The server still serves others. */
async function expectHealthy({ address, arith, server }: World): Promise<void> {
  expect(await arith.sum({ left: 1, right: 2 })).toBe(3);
  const other = await dial(address);
  expect(await other.arith.negate(1)).toBe(-1);
  await other.channel.close();
  // The one of the world itself.
  await until(() => server.connections === 1);
}

describe("first bytes that are no handshake", () => {
  const tlsHello = Buffer.from("16030100c4010000c00303", "hex");
  it.each<readonly [string, string | Uint8Array, RegExp]>([
    ["random bytes", Buffer.from("c2ff00ee", "hex"), /begins with the bytes c2ff00ee/],
    ["zeros", Buffer.alloc(100), /begins with the bytes 0{16}; this port speaks mux\/1/],
    ["TLS", tlsHello, /begins like TLS, and there is no certificate for it/],
    ["Go's gob", Buffer.from("2dff81".padEnd(92, "03"), "hex"), /begins like Go's gob/],
    ["an empty object", "{}\n", /begins with JSON that is neither an Option nor a call/],
    ["text", "hello\n", /begins with the bytes 68656c6c6f0a/],
    [
      "a key without an end",
      `{"${"x".repeat(5_000)}`,
      /begins with JSON that is neither an Option nor a call/,
    ],
  ])("close the connection with a logged reason: %s", async (_what, bytes, reason) => {
    const world = await start();
    const client = await RawClient.dial(world.address);
    client.send(bytes);
    await client.end();
    expect(world.log).toMatchObject([{ level: "warn", message: matching(reason) }]);
    expect(world.log[0]!.message).toMatch(/^connection from tcp:\/\/127\.0\.0\.1:\d+ refused: /);
    await expectHealthy(world);
    expect(world.log).toHaveLength(1);
  });
});

describe("an Option that is refused", () => {
  it.each<readonly [string, string, RegExp]>([
    ["another magic number", option({ MagicNumber: 1 }), /MagicNumber is 1, not 3927900/],
    ["none", option({ MagicNumber: undefined }), /MagicNumber is missing, not 3927900/],
    [
      "a codec that nobody has",
      option({ CodecType: "application/x-none" }),
      /no codec "application\/x-none"; .*application\/proto/,
    ],
    ["a codec that is no text", option({ CodecType: 7 }), /CodecType is 7: it takes a content type/],
    [
      "no framing",
      option({ Framing: undefined }),
      /CodecType is "application\/proto": without a Framing it is/,
    ],
    ["another framing", option({ Framing: "mux/9" }), /Framing is "mux\/9"; this side speaks "mux\/1"/],
    [
      "a negative time",
      option({ HandleTimeout: -1 }),
      /HandleTimeout is -1: it takes nanoseconds, an integer from 0/,
    ],
    ["a fraction of a time", option({ ConnectTimeout: 0.5 }), /ConnectTimeout is 0\.5/],
    ["a time in words", option({ HandleTimeout: "1s" }), /HandleTimeout is "1s"/],
    ["a limit below the least", option({ MaxFrame: 1 }), /MaxFrame is 1: it takes an integer from 65536/],
    ["a limit in words", option({ MaxCalls: "many" }), /MaxCalls is "many"/],
    ["a line that is no JSON", '{"MagicNumber":3927900,}\n', /the Option is not JSON/],
    ["two objects", '{"MagicNumber":3927900,"Framing":"mux/1"}{}\n', /the Option is not JSON/],
    [
      "too long a line",
      option({ Padding: "x".repeat(4_100) }),
      /longer than the 4096 bytes that a handshake may have/,
    ],
    [
      "no end in sight",
      `{"MagicNumber":3927900,"Padding":"${"x".repeat(100_000)}`,
      /longer than the 4096 bytes/,
    ],
    ["nothing but depth", `{"MagicNumber":${"[".repeat(4_000)}\n`, /the Option is not JSON/],
  ])("is answered with its reason, logged once: %s", async (_what, line, reason) => {
    const world = await start();
    const client = await RawClient.dial(world.address);
    client.send(line);
    expect(await client.line()).toMatchObject({
      MagicNumber: 3_927_900,
      Framing: "mux/1",
      Error: matching(reason),
    });
    await client.end();
    expect(world.log).toMatchObject([{ level: "warn", message: matching(reason) }]);
    await expectHealthy(world);
    expect(world.log).toHaveLength(1);
  });

  it("costs no second line in the log where the peer lingers past the handshake's time", async () => {
    const world = await start({ server: { handshakeTimeout: 50 } });
    const client = await RawClient.dial(world.address);
    client.send(option({ MagicNumber: 1 }));
    await client.line();
    await until(() => client.closed || world.server.connections === 1);
    await sleep(20);
    expect(world.log).toHaveLength(1);
  });
});

describe("an Option in pieces", () => {
  it("is taken a byte at a time, with the requests behind it", async () => {
    const world = await start();
    const client = await RawClient.dial(world.address);
    const call = request(1, { method: paths.negate }, intBody(7));
    await client.dribble(Buffer.concat([Buffer.from(option()), call]));
    expect(await client.line()).toMatchObject({ CodecType: "application/proto", Framing: "mux/1" });
    const [first] = await client.receive(1);
    expect(outcomeOf(first!)).toMatchObject({ id: 1, status: 0 });
    expect(world.log).toEqual([]);
  });

  it("is taken with its requests in one packet", async () => {
    const { address } = await start();
    const client = await RawClient.dial(address);
    client.send(option(), request(1, { method: paths.ping }), request(2, { method: 0 }));
    await client.line();
    expect((await client.receive(2)).map(({ id }) => id)).toEqual([1, 2]);
  });

  it("is taken at its full length", async () => {
    const { address } = await start();
    const client = await RawClient.dial(address);
    const short = option({ Padding: "" }).length - 1;
    client.send(option({ Padding: "x".repeat(4_096 - short) }));
    expect((await client.line())["Error"]).toBeUndefined();
  });

  it.each([
    ["closes", (client: RawClient) => client.socket.end()],
    ["resets the connection", (client: RawClient) => client.socket.resetAndDestroy()],
  ])("may stop when the peer %s", async (_how, stop) => {
    const { address, server, log } = await start();
    const client = await RawClient.dial(address);
    client.send('{"MagicNumber":39279');
    await until(() => server.connections === 2);
    stop(client);
    await until(() => server.connections === 1);
    expect(log).toEqual([]);
  });

  it("has as long as the handshake may take, from its first byte on", async () => {
    const { address, server, log } = await start({ server: { handshakeTimeout: 60 } });
    const silent = await RawClient.dial(address);
    const slow = await RawClient.dial(address);
    await until(() => server.connections === 3);
    await sleep(80);
    expect(silent.ended || slow.ended).toBe(false);
    const began = performance.now();
    slow.send("{");
    await slow.end();
    expect(performance.now() - began).toBeGreaterThanOrEqual(50);
    expect(log).toMatchObject([
      {
        level: "warn",
        message: matching(/its handshake took longer than 60 ms \(option handshakeTimeout\)$/),
      },
    ]);
    // Who says nothing may stay.
    expect(server.connections).toBe(2);
    silent.send(option(), request(1, { method: paths.ping }));
    await silent.line();
    expect(await silent.receive(1)).toHaveLength(1);
  });

  it.each([Infinity, 2 ** 40])("has all the time where the limit is %d ms", async (handshakeTimeout) => {
    const { address } = await start({ server: { handshakeTimeout } });
    const client = await RawClient.dial(address);
    await client.dribble(option());
    expect((await client.line())["Error"]).toBeUndefined();
  });
});

describe("too many at the door", () => {
  it("refuses handshakes above the limit of unfinished ones, and lets others in", async () => {
    const { address, server, log } = await start({ server: { maxHandshakes: 5 } });
    const unfinished = await Promise.all(Array.from({ length: 5 }, () => RawClient.dial(address)));
    for (const client of unfinished) client.send("{");
    await until(() => server.connections === 6);
    const refused = await RawClient.dial(address);
    refused.send("{");
    await refused.end();
    expect(log).toMatchObject([
      { message: matching(/5 handshakes are unfinished \(option maxHandshakes\)$/) },
    ]);
    unfinished[0]!.send(option().slice(1));
    await unfinished[0]!.line();
    const next = await RawClient.shakeHands(address);
    next.send(request(1, { method: paths.ping }));
    expect(await next.receive(1)).toHaveLength(1);
  });

  it("drops the connection that was silent for longest when there are too many", async () => {
    const { address, server, log } = await start({ server: { maxConnections: 4 } });
    const silent: RawClient[] = [];
    for (let i = 0; i < 3; i++) {
      silent.push(await RawClient.dial(address));
      await until(() => server.connections === i + 2);
    }
    const next = await RawClient.shakeHands(address);
    await silent[0]!.end();
    expect(silent.map(({ closed }) => closed)).toEqual([true, false, false]);
    expect(log).toMatchObject([
      { message: matching(/it was silent, and others want its place \(option maxConnections\)$/) },
    ]);
    next.send(request(1, { method: paths.ping }));
    expect(await next.receive(1)).toHaveLength(1);
    expect(server.connections).toBe(4);
  });

  it("refuses a connection when all others are in use", async () => {
    const { address, server, log } = await start({ server: { maxConnections: 2 } });
    const used = await RawClient.shakeHands(address);
    const refused = await RawClient.dial(address);
    await refused.end();
    expect(log).toMatchObject([{ message: matching(/2 connections are open \(option maxConnections\)$/) }]);
    used.socket.destroy();
    await until(() => server.connections === 1);
    await RawClient.shakeHands(address);
  });
});
