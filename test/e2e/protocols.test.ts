import { connect, type ConnectOptions, RpcError } from "@gorpc/runtime";
import { staticResolver } from "@gorpc/runtime/registry";
import { testClock } from "@gorpc/runtime/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { ArithClient, type Sample } from "./arith.gorpc.ts";
import { failureOf } from "./waiting.ts";
import { start } from "./world.ts";

/** Go's protocols between two of ours: with Go itself they are tested in `test/interop`. */
const channels: readonly ConnectOptions[] = [
  { protocol: "net/rpc" },
  { protocol: "net/rpc", path: "/_goRPC_" },
  { protocol: "jsonrpc" },
  { protocol: "classic" },
  { protocol: "classic", codec: "application/json" },
  { protocol: "classic", path: "/_goprc_" },
  { protocol: "classic", path: "/_geeprc_", codec: "application/json" },
];

const sample: Sample = {
  text: "é<",
  big: -(2n ** 63n),
  ratio: 1.5,
  at: new Date(1_234_567_890_123),
  takes: 1_500.25,
  rounding: 1,
  shape: { kind: "circle", value: 2 },
  data: Uint8Array.of(1, 2, 255),
  tags: ["a", "b"],
  counts: { x: 1 },
  note: undefined,
  names: new Map([[2n ** 53n + 1n, ["z"]]]),
};

describe.each(channels)("%o", (channel) => {
  it.each(["tcp", "tls", "unix", "memory", "inMemory"] as const)("carries calls over %s", async (route) => {
    const { arith, log } = await start({ route, channel });
    expect(await arith.sum({ left: 1, right: 2 })).toBe(3);
    expect(await arith.echo(sample)).toEqual(sample);
    expect(await arith.ping()).toBe(undefined);
    expect(await arith.total([1, 2])).toBe(3n);
    const blob = new Uint8Array(2 ** 20).fill(7);
    expect(Buffer.compare(await arith.blob(blob), blob)).toBe(0);
    expect(log).toEqual([]);
  });

  it("carries errors as texts, and the server's bounds in known words", async () => {
    const { arith } = await start({ channel, server: { handleTimeout: 100 } });
    expect(await failureOf(arith.divide({ left: 1, right: 0 }))).toMatchObject({
      code: "UNKNOWN",
      rawMessage: "DivideByZero: Division by zero has no answer.",
    });
    expect(await failureOf(arith.slow(60_000))).toMatchObject({
      code: "DEADLINE_EXCEEDED",
      rawMessage: "rpc server: request handle timeout: expect within 100ms",
    });
    expect(await failureOf(arith.countTo(3).only())).toMatchObject({ code: "UNIMPLEMENTED", sent: "no" });
    expect(await failureOf(arith.sum({ left: 1, right: "x" as never }))).toMatchObject({
      code: "INVALID_ARGUMENT",
      sent: "no",
    });
    expect(await arith.negate(1)).toBe(-1);
  });

  it.each([
    ["", "NOT_FOUND"],
    ["a\ud800b", "a\ufffdb"],
    [`${"😀".repeat(8_191)}x😀`, `${"😀".repeat(8_191)}x\ufffd…`],
  ])("carries any text of an error as far as it can be sent: %.8o", async (text, arrives) => {
    const negate = (): never => {
      throw new RpcError("NOT_FOUND", text);
    };
    const { arith } = await start({ channel, handlers: { negate } });
    expect(await failureOf(arith.negate(1))).toMatchObject({ rawMessage: arrives });
  });

  it("keeps deadlines and cancels on the caller's side", async () => {
    const { arith } = await start({ channel });
    using clock = testClock();
    const stop = new AbortController();
    const cancelled = failureOf(arith.slow(200, { signal: stop.signal }));
    const late = failureOf(arith.slow(200, { timeout: 20 }));
    await clock.advance(20);
    expect(await late).toMatchObject({ code: "DEADLINE_EXCEEDED", sent: "maybe" });
    stop.abort();
    expect(await cancelled).toMatchObject({ code: "CANCELLED", sent: "maybe" });
    // Behind the answers that nobody waits for.
    expect(await arith.slow(250)).toBe("done");
  });
});

it("endpoints say what they speak, and by which path they are reached", async () => {
  const { address, server } = await start();
  const endpoints = [
    { id: "a", address, protocol: "net/rpc" },
    { id: "b", address, protocol: "classic", path: "/_goprc_" },
    { id: "c", address, protocol: "jsonrpc" },
    { id: "d", address },
  ];
  const channel = await connect(staticResolver(endpoints));
  onTestFinished(() => channel.close());
  const arith = new ArithClient(channel);
  for (let i = 0; i < 20; i++) expect(await arith.negate(1)).toBe(-1);
  expect(server.connections).toBeGreaterThan(1);
});

it("a limit of concurrent calls on the caller's side makes the rest wait", async () => {
  const { arith } = await start({ channel: { protocol: "jsonrpc", maxConcurrentCalls: 64 } });
  const answers = await Promise.all(Array.from({ length: 128 }, (_, i) => arith.negate(i)));
  expect(answers).toEqual(Array.from({ length: 128 }, (_, i) => 0 - i));
});
