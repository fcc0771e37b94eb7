/** Runs as a worker: serves the service to whom it is told, or calls it. */
import { connect, Server } from "@gorpc/runtime";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { Arith, ArithClient } from "../e2e/arith.gorpc.ts";
import { handlersWith } from "../e2e/handlers.ts";

/** What a worker is for. */
export interface Task {
  readonly role: "serve" | "call";
  /** To another worker; without it, to the thread that started this one. */
  readonly port?: MessagePort;
  /** Whether it has a message listener of its own. */
  readonly chatty?: true;
  /** Zero while a handler is to block the whole thread. */
  readonly gate?: Int32Array<SharedArrayBuffer>;
}

const { role, port = parentPort!, chatty, gate } = workerData as Task;

async function serve(): Promise<void> {
  const server = new Server();
  const ways: Readonly<Record<number, () => unknown>> = {
    1: () => process.exit(3),
    2: () => setImmediate(() => void Promise.reject(new Error("nobody expected this"))),
    3: () => Atomics.wait(gate!, 0, 0),
    4: () => server.close(),
  };
  server.register(
    Arith,
    handlersWith({
      slow: () => new Promise(() => {}),
      negate: (way) => (ways[way]?.(), -way),
    }),
  );
  await server.listen(port);
  if (chatty === true) parentPort!.on("message", echo);
}

/** Messages of the worker's own, beside the calls. */
function echo(message: unknown): void {
  if (typeof message === "string") parentPort!.postMessage(message);
}

async function call(): Promise<void> {
  const channel = await connect(port);
  const sum = await new ArithClient(channel).sum({ left: 20, right: 22 });
  await channel.close();
  parentPort!.postMessage(sum);
}

await (role === "serve" ? serve() : call());
