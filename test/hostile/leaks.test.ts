import { connect, type Socket } from "node:net";
import { silentLogger } from "@gorpc/runtime";
import { expect, it } from "vitest";
import { until } from "../e2e/waiting.ts";
import { start } from "../e2e/world.ts";
import { handles, heldBytes } from "./memory.ts";
import { frame, kinds, MORE, option, paths, request, requestPayload } from "./wire.ts";

const MiB = 1024 * 1024;

type Abuse = readonly [what: string, said: Buffer, end: (socket: Socket) => void];

const leave = (socket: Socket): void => void socket.end();
const reset = (socket: Socket): void => void socket.resetAndDestroy();
const stay = (): void => {};

function said(...parts: readonly (string | Uint8Array)[]): Buffer {
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}

const slow = request(1, { method: paths.slow, timeout: 60_000 }, Buffer.from("0a020878", "hex"));
const abuses: readonly Abuse[] = [
  ["nothing", said(), leave],
  ["nothing, and a reset", said(), reset],
  ["random bytes", said(Buffer.from("c3a9ff00", "hex")), stay],
  ["HTTP", said("GET / HTTP/1.1\r\n\r\n"), stay],
  ["TLS", said(Buffer.from("160301", "hex")), stay],
  ["half an Option", said('{"Magic'), leave],
  ["half an Option, and a reset", said('{"MagicNumber":392'), reset],
  ["an Option that is refused", said(option({ MagicNumber: 1 })), leave],
  ["an oversized Option", said(`{"MagicNumber":3927900,"x":"${"x".repeat(5_000)}`), leave],
  ["a good handshake and no more", said(option()), leave],
  ["a frame too long", said(option(), frame(kinds.REQUEST, 1, Buffer.alloc(0), 0xff_ffff)), leave],
  ["an unknown kind", said(option(), frame(15, 1)), leave],
  ["half a frame", said(option(), request(1, { method: paths.ping }).subarray(0, 20)), leave],
  ["an unknown method", said(option(), request(1, { method: "/no.Such/Method" })), leave],
  ["a wrong body", said(option(), request(1, { method: paths.negate }, Buffer.of(8))), leave],
  ["a call left running", said(option(), slow), leave],
  ["a call left running, and a reset", said(option(), slow), reset],
  [
    "a message that never ends",
    said(
      option(),
      frame(
        kinds.REQUEST | MORE,
        1,
        requestPayload({ method: paths.blob, timeout: 60_000 }, Buffer.alloc(30_000)),
      ),
    ),
    reset,
  ],
  ["a call that is cancelled", said(option(), slow, frame(kinds.CANCEL, 1)), leave],
];

/** Connects, says it all, does as told; resolves when the connection is gone. */
function abuse(port: number, [, bytes, end]: Abuse): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" }, () => {
      socket.write(bytes, () => end(socket));
      socket.resume();
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve());
  });
}

it("thousands of bad connections leave no handle, no connection and no memory behind", async () => {
  let logged = 0;
  const count = (): void => void logged++;
  const { address, arith, server } = await start({ server: { logger: { warn: count, error: count } } });
  const port = Number(new URL(address).port);
  const round = async (): Promise<void> => {
    for (const each of abuses) await Promise.all(Array.from({ length: 10 }, () => abuse(port, each)));
  };
  const settled = async (): Promise<void> => {
    await until(() => server.connections === 1);
    await arith.ping();
  };

  for (let i = 0; i < 3; i++) await round();
  await settled();
  const handlesBefore = handles();
  const bytesBefore = await heldBytes();
  const loggedBefore = logged;

  const rounds = 14;
  for (let i = 0; i < rounds; i++) await round();
  await settled();
  await until(() => JSON.stringify(handles()) === JSON.stringify(handlesBefore));
  const connections = rounds * abuses.length * 10;
  expect(connections).toBeGreaterThan(2_500);
  // A connection that stayed would be kilobytes.
  expect(((await heldBytes()) - bytesBefore) / connections).toBeLessThan(400);
  // Once each: three of first bytes, two of Options, two of frames, two of calls.
  expect(logged - loggedBefore).toBe(rounds * 10 * 9);
}, 120_000);

it("tens of thousands of calls that end in every way leave no timer, listener or memory behind", async () => {
  const { arith, server } = await start({ server: { logger: silentLogger } });
  const shared = new AbortController();
  const round = async (): Promise<void> => {
    const abort = new AbortController();
    const calls: Promise<unknown>[] = [];
    for (let i = 0; i < 200; i++) {
      calls.push(
        arith.sum({ left: i, right: i }, { signal: shared.signal }),
        arith.divide({ left: i, right: 0 }),
        arith.slow(60_000, { timeout: 20, signal: shared.signal }),
        arith.slow(60_000, { signal: abort.signal }),
        arith.sum({ left: "x" as never, right: 1 }),
      );
    }
    setTimeout(() => abort.abort(), 10);
    await Promise.allSettled(calls);
  };
  for (let i = 0; i < 3; i++) await round();
  // Until the server's handlers have heard that their callers are gone.
  await until(() => handles()["Timeout"] === undefined);
  const handlesBefore = handles();
  const before = await heldBytes();
  for (let i = 0; i < 10; i++) await round();
  await until(() => handles()["Timeout"] === undefined);
  expect((await heldBytes()) - before).toBeLessThan(1.5 * MiB);
  await until(() => JSON.stringify(handles()) === JSON.stringify(handlesBefore));
  expect(server.connections).toBe(1);
});
