import { createServer, connect as connectSocket, type Socket } from "node:net";
import { once } from "node:events";
import { deflateRawSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { failureOf } from "./waiting.ts";
import { dial, type Setup, start } from "./world.ts";

/** A way to a server that counts what passes. */
async function meter(target: string): Promise<{ readonly address: string; readonly passed: () => number }> {
  let passed = 0;
  const sockets: Socket[] = [];
  const proxy = createServer((near) => {
    const far = connectSocket(Number(new URL(target).port), "127.0.0.1");
    sockets.push(near, far);
    for (const socket of [near, far]) {
      socket.on("error", () => {}).on("data", (chunk: Buffer) => (passed += chunk.length));
    }
    near.pipe(far).pipe(near);
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  onTestFinished(() => {
    proxy.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = proxy.address() as { port: number };
  return { address: `tcp://127.0.0.1:${port}`, passed: () => passed };
}

const large = Buffer.from("what repeats gets smaller; ".repeat(4_000));

async function bytesOf(setup: Setup): Promise<number> {
  const { address } = await start(setup);
  const { address: through, passed } = await meter(address);
  const { arith } = await dial(through, setup.channel);
  expect(await arith.blob(large)).toEqual(new Uint8Array(large));
  const lines: string[] = [];
  for await (const line of arith.chat([large.toString()])) lines.push(line);
  expect(lines).toEqual([large.toString().toUpperCase()]);
  return passed();
}

describe("compression", () => {
  it("makes requests, answers and streams smaller where both sides say so", async () => {
    const bytes = await bytesOf({ server: { compression: true }, channel: { compression: { above: 100 } } });
    expect(bytes).toBeLessThan((4 * large.length) / 20);
  });

  it.each([
    ["the server", { channel: { compression: true } }],
    ["the channel", { server: { compression: true } }],
  ])("is not done where %s does not", async (_who, setup) => {
    expect(await bytesOf(setup)).toBeGreaterThan(4 * large.length);
  });

  it("refuses what inflates beyond the limit, and its call alone", async () => {
    const setup: Setup = {
      server: { compression: true, maxMessageBytes: 1_048_576 },
      channel: { compression: { below: 100_000_000 } },
    };
    const { arith } = await start(setup);
    const tooLarge = Buffer.alloc(1_048_576);
    expect(deflateRawSync(tooLarge).length).toBeLessThan(5_000);
    expect(await failureOf(arith.blob(tooLarge))).toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    expect(await arith.blob(large)).toHaveLength(large.length);
  });
});
