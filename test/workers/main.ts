/** Runs as a process with a worker, whose script it is given, and must end by itself. */
import { connect, Server } from "@gorpc/runtime";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { Arith, ArithClient } from "../e2e/arith.gorpc.ts";
import { handlersWith } from "../e2e/handlers.ts";
import type { Task } from "./worker.ts";

const [how, script] = process.argv.slice(2) as [string, string];

function startWorker(role: Task["role"]): Worker {
  return new Worker(script, { workerData: { role } satisfies Task });
}

const ways: Readonly<Record<string, () => Promise<unknown>>> = {
  async "the worker's server closes"() {
    const channel = await connect(startWorker("serve"));
    await new ArithClient(channel).negate(4);
    await channel.close();
  },
  async "the worker is terminated while the channel is open"() {
    const worker = startWorker("serve");
    const channel = await connect(worker);
    await new ArithClient(channel).ping();
    await worker.terminate();
  },
  async "the worker serves on, and is unref'd"() {
    const worker = startWorker("serve");
    const channel = await connect(worker);
    await new ArithClient(channel).ping();
    worker.unref();
    await channel.close();
  },
  async "the worker that called is done while the server listens"() {
    const server = new Server();
    server.register(Arith, handlersWith({}));
    const worker = startWorker("call");
    await server.listen(worker);
    await once(worker, "exit");
  },
};

await ways[how]!();
