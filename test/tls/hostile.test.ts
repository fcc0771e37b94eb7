import { once } from "node:events";
import { connect as connectTcp, createServer, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { connect, type ServerOptions } from "@gorpc/runtime";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ArithHandlers } from "../e2e/arith.gorpc.ts";
import { matching, until } from "../e2e/waiting.ts";
import { dial, startServer, type World } from "../e2e/world.ts";
import { handles, heldBytes } from "../hostile/memory.ts";
import { RawClient } from "../hostile/raw-client.ts";
import { option, paths, request } from "../hostile/wire.ts";
import { ca, clientTls, serverTls, stranger } from "./identities.ts";

type Target = Pick<World, "server" | "address" | "log">;

async function listen(options: ServerOptions = {}, handlers: Partial<ArithHandlers> = {}): Promise<Target> {
  const { server, log } = startServer({ server: { tls: serverTls, ...options }, handlers });
  return { server, log, address: await server.listen("tls://127.0.0.1:0") };
}

/** The bytes of a handshake's first message. */
async function clientHello(): Promise<Buffer> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const client = connectTls({ port, host: "127.0.0.1" }).on("error", () => {});
  const [socket] = (await once(server, "connection")) as [Socket];
  const [hello] = (await once(socket, "data")) as [Buffer];
  client.destroy();
  socket.destroy();
  server.close();
  return hello;
}

const hello = await clientHello();

/** Done with the TLS handshake; says nothing inside. */
async function secured(address: string): Promise<TLSSocket> {
  const socket = connectTls({ port: Number(new URL(address).port), host: "127.0.0.1", ...clientTls });
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => {});
  socket.resume();
  await once(socket, "secureConnect");
  return socket;
}

/** Passes on what both sides say, a byte at a time. */
async function dribbling(address: string): Promise<string> {
  const pass = async (from: Socket, to: Socket): Promise<void> => {
    for await (const chunk of from) {
      for (const byte of chunk as Buffer) {
        to.write(Buffer.of(byte));
        await new Promise(setImmediate);
      }
    }
    to.end();
  };
  const proxy = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
    const far = connectTcp({
      port: Number(new URL(address).port),
      host: "127.0.0.1",
      noDelay: true,
      allowHalfOpen: true,
    });
    near.on("error", () => far.destroy());
    far.on("error", () => near.destroy());
    pass(near, far).catch(() => far.destroy());
    pass(far, near).catch(() => near.destroy());
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void proxy.close());
  await once(proxy, "listening");
  return `tls://127.0.0.1:${(proxy.address() as { port: number }).port}`;
}

it("a connection whose bytes come one at a time is served as any other", async () => {
  const { address } = await listen();
  const { arith, channel } = await dial(await dribbling(address), { tls: clientTls });
  expect(await arith.sum({ left: 2, right: 3 })).toBe(5);
  await channel.close();
});

describe("a peer that takes its time", () => {
  it.each<[string, (address: string) => Promise<Socket>]>([
    [
      "within the first two bytes",
      async (address) => {
        const raw = await RawClient.dial(address);
        raw.send(hello.subarray(0, 1));
        return raw.socket;
      },
    ],
    [
      "in the middle of its TLS handshake",
      async (address) => {
        const raw = await RawClient.dial(address);
        raw.send(hello.subarray(0, 100));
        return raw.socket;
      },
    ],
    [
      "after the server's answer to that",
      async (address) => {
        const raw = await RawClient.dial(address);
        raw.send(hello);
        return raw.socket;
      },
    ],
    [
      "inside TLS, in the middle of its Option",
      async (address) => {
        const socket = await secured(address);
        socket.write('{"MagicNumber":39');
        return socket;
      },
    ],
  ])("%s is cut at the handshake timeout, once", async (_where, begin) => {
    const { address, server, log } = await listen({ handshakeTimeout: 100 });
    const socket = await begin(address);
    socket.resume();
    await until(() => socket.closed || socket.readableEnded);
    socket.destroy();
    await until(() => server.connections === 0);
    expect(log).toMatchObject([
      { message: matching(/its handshake took longer than 100 ms \(option handshakeTimeout\)/) },
    ]);
  });

  it("counts towards maxHandshakes while TLS is unfinished, and others are served when it is gone", async () => {
    const { address, server, log } = await listen({ maxHandshakes: 2 });
    const slow = [await RawClient.dial(address), await RawClient.dial(address)];
    for (const each of slow) each.send(hello);
    await until(() => slow.every(({ socket }) => socket.bytesRead > 0));
    const third = await RawClient.dial(address);
    third.send(hello);
    await third.end();
    expect(log).toMatchObject([
      { message: matching(/2 handshakes are unfinished \(option maxHandshakes\)/) },
    ]);
    for (const each of slow) each.socket.destroy();
    await until(() => server.connections === 0);
    await (await dial(address, { tls: clientTls })).arith.ping();
  });

  it("and is silent behind its TLS handshake may stay, and is the first to go", async () => {
    const { address, server, log } = await listen({ handshakeTimeout: 50, maxConnections: 1 });
    const silent = await secured(address);
    await until(() => server.connections === 1);
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(silent.closed).toBe(false);
    await (await dial(address, { tls: clientTls })).arith.ping();
    await until(() => silent.closed);
    expect(log).toMatchObject([{ message: matching(/it was silent, and others want its place/) }]);
  });
});

describe("a peer that breaks off or makes things up", () => {
  it.each<[string, Buffer, RegExp, (raw: RawClient) => void]>([
    ["junk behind 16 03", Buffer.from("160301000568656c6c6f", "hex"), /its TLS handshake failed: /, () => {}],
    [
      "junk inside a record",
      Buffer.concat([Buffer.from("160301002000000000", "hex"), Buffer.alloc(64)]),
      /its TLS handshake failed: /,
      () => {},
    ],
    ["a whole hello, then junk", Buffer.concat([hello, Buffer.alloc(100)]), /TLS handshake failed/, () => {}],
    [
      "its end in the middle of a hello",
      hello.subarray(0, 100),
      /the client ended the connection in the middle of the handshake/,
      (raw) => raw.socket.end(),
    ],
    [
      "a reset in the middle of a hello",
      hello.subarray(0, 100),
      /the client ended the connection in the middle of the handshake/,
      (raw) => raw.socket.resetAndDestroy(),
    ],
    ["HTTP", Buffer.from("GET / HTTP/1.1\r\n\r\n"), /this address takes only TLS/, () => {}],
  ])("costs its connection alone and is logged once: %s", async (_what, bytes, reason, then) => {
    const { address, server, log } = await listen();
    const { arith } = await dial(address, { tls: clientTls });
    const raw = await RawClient.dial(address);
    raw.send(bytes);
    await until(() => server.connections === 2 || log.length > 0);
    await arith.ping();
    then(raw);
    await until(() => server.connections === 1);
    expect(log).toMatchObject([{ level: "warn", message: matching(reason) }]);
    await arith.ping();
  });

  it("is let go when the server closes in the middle of its TLS handshake", async () => {
    const { address, server } = await listen();
    const raw = await RawClient.dial(address);
    raw.send(hello);
    await until(() => raw.socket.bytesRead > 0);
    await server.close({ drain: 5_000 });
    expect(server.connections).toBe(0);
    await raw.end();
  });
});

/** Does as told and resolves when the connection is gone. */
function abuse(port: number, bytes: Buffer, end: (socket: Socket) => void): Promise<void> {
  return new Promise((resolve) => {
    const socket = connectTcp({ port, host: "127.0.0.1" }, () => {
      socket.write(bytes, () => end(socket));
      socket.resume();
    });
    socket.on("error", () => {}).on("close", () => resolve());
  });
}

/** The same, behind a good TLS handshake. */
function abuseInside(port: number, said: string | Buffer, end: (socket: Socket) => void): Promise<void> {
  return new Promise((resolve) => {
    const socket = connectTls({ port, host: "127.0.0.1", ...clientTls }, () => {
      socket.write(said, () => end(socket));
      socket.resume();
    });
    socket.on("error", () => {}).on("close", () => resolve());
  });
}

it("hundreds of bad connections leave no handle, no connection and little memory behind", async () => {
  const { address, server } = await listen({}, { slow: () => new Promise(() => {}) });
  const { arith } = await dial(address, { tls: clientTls });
  const port = Number(new URL(address).port);
  const leave = (socket: Socket): void => void socket.end();
  const reset = (socket: Socket): void => void socket.resetAndDestroy();
  const gone = (socket: Socket): void => void socket.destroy();
  const slow = request(1, { method: paths.slow, timeout: 60_000 }, Buffer.from("0a020878", "hex"));
  const round = async (): Promise<void> => {
    await Promise.all([
      abuse(port, hello.subarray(0, 50), leave),
      abuse(port, hello.subarray(0, 50), reset),
      abuse(port, hello, leave),
      abuse(port, hello, reset),
      abuse(port, Buffer.from("1603ffff", "hex"), leave),
      abuse(port, Buffer.concat([hello, hello]), leave),
      abuseInside(port, "GET /", leave),
      abuseInside(port, '{"Magic', leave),
      abuseInside(port, option(), leave),
      abuseInside(port, Buffer.concat([Buffer.from(option()), slow]), leave),
      abuseInside(port, Buffer.concat([Buffer.from(option()), slow]), gone),
    ]);
  };
  const settled = async (): Promise<void> => {
    await until(() => server.connections === 1);
    await arith.ping();
  };
  for (let i = 0; i < 5; i++) await round();
  await settled();
  const handlesBefore = handles();
  const bytesBefore = await heldBytes();
  const rounds = 25;
  for (let i = 0; i < rounds; i++) await round();
  await settled();
  await until(() => JSON.stringify(handles()) === JSON.stringify(handlesBefore));
  // A TLS connection that stayed would be tens of kilobytes.
  expect(((await heldBytes()) - bytesBefore) / (rounds * 11)).toBeLessThan(4_000);
});

it("dials that fail in every way leave no handle behind", async () => {
  const { address, server } = await listen();
  const plain = startServer().server;
  const plainAddress = (await plain.listen("tcp://127.0.0.1:0")).replace("tcp:", "tls:");
  const attempts: (() => Promise<unknown>)[] = [
    () => connect(address, { tls: { ...clientTls, ca: stranger.cert } }),
    () => connect(address, { tls: { ca: ca.cert } }),
    () => connect(address, { tls: { ...clientTls, servername: "elsewhere.example" } }),
    () => connect(address, { tls: () => ({ ca: "no PEM" }) }),
    () => connect(address, { tls: clientTls, signal: AbortSignal.abort() }),
    () => connect(plainAddress, { tls: clientTls }),
    () => connect("tls://127.0.0.1:1", { tls: clientTls }),
  ];
  const round = async (): Promise<void> => {
    const outcomes = await Promise.allSettled(attempts.map((attempt) => attempt()));
    expect(outcomes.map(({ status }) => status)).toEqual(attempts.map(() => "rejected"));
    await until(() => server.connections === 0 && plain.connections === 0);
  };
  const sockets = (): number => handles()["TCPSocketWrap"] ?? 0;
  const timers = (): number => handles()["Timeout"] ?? 0;
  await round();
  const timersBefore = timers();
  for (let i = 0; i < 10; i++) await round();
  await until(() => sockets() === 0);
  await until(() => timers() <= timersBefore);
});
