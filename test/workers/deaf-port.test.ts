import { MessageChannel, type MessagePort } from "node:worker_threads";
import { expect, it, onTestFinished } from "vitest";
import { until } from "../e2e/waiting.ts";
import { start, startServer } from "../e2e/world.ts";
import { heldBytes } from "../hostile/memory.ts";
import { bytesBody, option, paths, request } from "../hostile/wire.ts";

const MiB = 1024 * 1024;

/** A caller that says what it wants and then grants nothing more. */
function deafCaller(at: MessagePort, grant: number, ...said: readonly Buffer[]): { bytes: number } {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port1.close());
  const caller = { bytes: 0 };
  port1.on("message", (message) => {
    if (message instanceof Uint8Array) caller.bytes += message.length;
  });
  at.postMessage({ gorpc: "connect", port: port2 }, [port2]);
  port1.postMessage(grant);
  for (const bytes of said) port1.postMessage(new Uint8Array(Buffer.from(bytes)));
  return caller;
}

it("200 answers of 4 MiB to a port that does not read are not even made; others are served meanwhile", async () => {
  let made = 0;
  const size = 4 * MiB - 16;
  const { server } = startServer({ handlers: { blob: () => (made++, new Uint8Array(size)) } });
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port1.close());
  await server.listen(port2);
  const { arith } = await start({ route: "port" });
  const before = await heldBytes();
  const asked = Array.from({ length: 200 }, (_, i) =>
    request(i + 1, { method: i === 0 ? paths.blob : 0 }, bytesBody(Buffer.alloc(1))),
  );
  const caller = deafCaller(port1, 100_000, Buffer.from(option({ MaxMessage: 4 * MiB })), ...asked);
  await until(() => caller.bytes === 100_000);
  for (let i = 0; i < 50; i++) expect(await arith.sum({ left: i, right: 1 })).toBe(i + 1);
  expect(caller.bytes).toBe(100_000);
  expect(made).toBeLessThan(5);
  expect((await heldBytes()) - before).toBeLessThan(16 * MiB);
});
