import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { Worker } from "node:worker_threads";
import { onTestFinished } from "vitest";

/** Takes every connection and never says a word. Tells its address and which connections are open. */
export async function silentPeer(): Promise<{
  readonly address: string;
  readonly open: ReadonlySet<Socket>;
}> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket)).on("error", () => {});
    socket.resume();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  const { port } = server.address() as { port: number };
  return { address: `tcp://127.0.0.1:${port}`, open };
}

const blockedListener = `
  const { createServer } = require("node:net");
  const { parentPort } = require("node:worker_threads");
  const server = createServer(() => {});
  server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
  });
`;

/**
 * An address that does not even answer the dial: its listener is blocked and its queue is full, so that the system
 * drops what else arrives.
 */
export async function blackHole(): Promise<string> {
  const worker = new Worker(blockedListener, { eval: true });
  const [port] = (await once(worker, "message")) as [number];
  const filling = Array.from({ length: 4 }, () => connect(port, "127.0.0.1").on("error", () => {}));
  onTestFinished(async () => {
    for (const socket of filling) socket.destroy();
    await worker.terminate();
  });
  return `tcp://127.0.0.1:${port}`;
}
