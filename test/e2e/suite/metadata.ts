import { Metadata, RpcError } from "@gorpc/runtime";
import { expect, it } from "vitest";
import { DivideByZero } from "../arith.gorpc.ts";
import { failureOf } from "../waiting.ts";
import type { Setup, World } from "../world.ts";

/** What travels beside requests, answers and errors. */
export function metadata(start: (setup?: Setup) => Promise<World>): void {
  it("reaches the handler: strings, bytes, repeated keys in their order", async () => {
    let received: [string, unknown][] = [];
    const { arith } = await start({
      handlers: {
        ping: (context) => {
          received = [...context.metadata].map(([key, value]) => [key, value]);
        },
      },
    });
    const key = Uint8Array.of(0, 255, 10);
    await arith.ping({
      metadata: { trace: "ü\u0000\n", "key-bin": [key, new Uint8Array(0)], "x.y_z-1": ["b", "a", "b"] },
    });
    expect(received).toEqual([
      ["trace", "ü\u0000\n"],
      ["key-bin", key],
      ["key-bin", new Uint8Array(0)],
      ["x.y_z-1", "b"],
      ["x.y_z-1", "a"],
      ["x.y_z-1", "b"],
    ]);
    await arith.ping();
    expect(received).toEqual([]);
  });

  it("comes back as trailers", async () => {
    const { arith } = await start({
      handlers: {
        ping: (context) => void context.trailers.append("cost", "3").append("cost", "4"),
      },
    });
    let trailers: Metadata | undefined;
    await arith.ping({ onTrailers: (received) => (trailers = received) });
    expect(trailers?.getAll("cost")).toEqual(["3", "4"]);
  });

  it("calls onTrailers before the call settles, and not where there are none", async () => {
    const { arith } = await start({
      handlers: { sum: ({ left }, context) => (context.trailers.set("seen", "yes"), left) },
    });
    const order: string[] = [];
    const onTrailers = (): void => void order.push("trailers");
    await arith.sum({ left: 1, right: 1 }, { onTrailers }).then(() => order.push("answer"));
    await arith.ping({ onTrailers }).then(() => order.push("answer"));
    expect(order).toEqual(["trailers", "answer", "answer"]);
  });

  it("comes back with an error, as its metadata and as trailers", async () => {
    const { arith } = await start({
      handlers: {
        divide: (_request, context) => {
          context.trailers.set("server", "a");
          const own = new Metadata().append("reason-bin", Uint8Array.of(9));
          throw new DivideByZero({ dividend: 1 }, undefined, { metadata: own });
        },
        ping: (context) => {
          context.trailers.set("server", "b");
          throw new RpcError("NOT_FOUND", "gone");
        },
      },
    });
    let trailers: Metadata | undefined;
    const onTrailers = (received: Metadata): void => void (trailers = received);
    const typed = await failureOf(arith.divide({ left: 1, right: 0 }, { onTrailers }));
    expect(typed).toBeInstanceOf(DivideByZero);
    expect([...typed.metadata!]).toEqual([
      ["server", "a"],
      ["reason-bin", Uint8Array.of(9)],
    ]);
    expect(trailers).toBe(typed.metadata);
    const plain = await failureOf(arith.ping({ onTrailers }));
    expect([...plain.metadata!]).toEqual([["server", "b"]]);
    expect(trailers).toBe(plain.metadata);
  });

  it("is checked before anything is sent", async () => {
    const { arith } = await start();
    const refused = [
      arith.ping({ metadata: { Trace: "upper case" } }),
      arith.ping({ metadata: { "key-bin": "text" } }),
      arith.ping({ metadata: { key: Uint8Array.of(1) } }),
      arith.ping({ metadata: { "white space": "" } }),
    ];
    for (const call of refused) await expect(call).rejects.toThrow(TypeError);
  });

  it("larger than the other side accepts fails the call, and only that", async () => {
    const { arith, log } = await start({
      handlers: {
        sum: (_request, context) => (context.trailers.set("much", "x".repeat(20_000)), 1),
      },
    });
    const sent = await failureOf(arith.ping({ metadata: { much: "x".repeat(20_000) } }));
    expect(sent).toMatchObject({ code: "RESOURCE_EXHAUSTED", sent: "no" });
    expect(sent.message).toMatch(/metadata of 200\d\d bytes is larger than the 16384 .*maxMetadataBytes/);
    const received = await failureOf(arith.sum({ left: 1, right: 1 }));
    expect(received).toMatchObject({ code: "RESOURCE_EXHAUSTED", sent: "yes" });
    expect(received.message).toContain("maxMetadataBytes");
    await arith.ping({ metadata: { much: "x".repeat(16_000) } });
    expect(log.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("tells the handler who called what", async () => {
    let seen: unknown;
    const { arith } = await start({
      handlers: {
        ping: ({ method, peer }) =>
          void (seen = { path: method.path, protocol: peer.protocol, from: peer.address }),
      },
    });
    await arith.ping();
    expect(seen).toEqual({
      path: "/test.arith.v1.Arith/Ping",
      protocol: "mux/1",
      from: expect.stringMatching(
        /^((tcp|tls):\/\/127\.0\.0\.1:\d+|unix:\/\/\/.+|memory:.+|MessagePort)$/,
      ) as string,
    });
  });
}
