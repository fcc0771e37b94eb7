import { MessageChannel, Worker } from "node:worker_threads";
import { type Channel, connect, type ConnectOptions } from "@gorpc/runtime";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { ArithClient, DivideByZero } from "../e2e/arith.gorpc.ts";
import { failureOf, matching, until } from "../e2e/waiting.ts";
import { startServer } from "../e2e/world.ts";
import { heldBytes } from "../hostile/memory.ts";
import { bundle } from "../bundle.ts";
import type { Task } from "./worker.ts";

const MiB = 1024 * 1024;

let script: string;
beforeAll(async () => {
  script = await bundle(new URL("worker.ts", import.meta.url), "worker");
});

function startWorker(task: Task): Worker {
  const transferList = task.port === undefined ? [] : [task.port];
  const worker = new Worker(script, { workerData: task, transferList });
  onTestFinished(async () => void (await worker.terminate()));
  return worker;
}

async function clientOf(
  target: Parameters<typeof connect>[0],
  options?: ConnectOptions,
): Promise<{ readonly channel: Channel; readonly arith: ArithClient }> {
  const channel = await connect(target, options);
  onTestFinished(() => channel.close());
  return { channel, arith: new ArithClient(channel) };
}

/** The first of a worker's own messages that is one of these. */
function heard<T>(worker: Worker, isIt: (message: unknown) => message is T): Promise<T> {
  return new Promise((resolve) => {
    worker.on("message", (message: unknown) => {
      if (isIt(message)) resolve(message);
    });
  });
}

const isText = (message: unknown): message is string => typeof message === "string";
const isNumber = (message: unknown): message is number => typeof message === "number";

/** Its exit code. */
function exitOf(worker: Worker): Promise<number> {
  return new Promise((resolve) => void worker.once("exit", resolve));
}

function ports(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "MessagePort").length;
}

describe("a worker that serves", () => {
  it("is called like any other server: values, typed errors, metadata", async () => {
    const { arith } = await clientOf(startWorker({ role: "serve" }));
    expect(await arith.sum({ left: 1, right: 2 })).toBe(3);
    expect(await failureOf(arith.divide({ left: 1, right: 0 }))).toBeInstanceOf(DivideByZero);
    expect(await failureOf(arith.sum({ left: "x" as never, right: 1 }))).toMatchObject({
      code: "INVALID_ARGUMENT",
      message: matching(/^\/test\.arith\.v1\.Arith\/Sum at worker:\d+: /),
    });
  });

  it("answers 1,000 calls at once, and large ones", async () => {
    const { arith } = await clientOf(startWorker({ role: "serve" }));
    const sums = Array.from({ length: 1_000 }, (_, i) => arith.sum({ left: i, right: i }));
    expect(await Promise.all(sums)).toEqual(Array.from({ length: 1_000 }, (_, i) => 2 * i));
    const large = Array.from({ length: 8 }, (_, i) => Buffer.alloc(3 * MiB + i, `${i}abcdefghijk`));
    const echoes = await Promise.all(large.map((bytes) => arith.blob(bytes)));
    expect(echoes.map((echo, i) => Buffer.compare(echo, large[i]!))).toEqual(large.map(() => 0));
  });

  it("goes on hearing and sending messages of its own", async () => {
    const worker = startWorker({ role: "serve", chatty: true });
    const { arith } = await clientOf(worker);
    const answer = heard(worker, isText);
    worker.postMessage("good morning");
    expect(await arith.sum({ left: 1, right: 2 })).toBe(3);
    expect(await answer).toBe("good morning");
  });

  it("ends by itself once its server is closed", async () => {
    const worker = startWorker({ role: "serve" });
    const { arith } = await clientOf(worker);
    const exited = exitOf(worker);
    expect(await arith.negate(4)).toBe(-4);
    expect(await exited).toBe(0);
  });

  it("blocked for a while costs the caller no more than what a channel may have unsent", async () => {
    const gate = new Int32Array(new SharedArrayBuffer(4));
    const { arith } = await clientOf(startWorker({ role: "serve", gate }));
    const blocked = arith.negate(3);
    // Behind the one that blocks.
    const before = await heldBytes();
    const bytes = new Uint8Array(MiB).fill(7);
    const calls = Array.from({ length: 60 }, () => arith.blob(bytes));
    expect((await heldBytes()) - before).toBeLessThan(24 * MiB);
    Atomics.store(gate, 0, 1);
    Atomics.notify(gate, 0);
    expect(await blocked).toBe(-3);
    for (const call of calls) expect(Buffer.compare(await call, bytes)).toBe(0);
  });

  it("leaves no port behind a channel that is closed", async () => {
    const worker = startWorker({ role: "serve" });
    const { arith } = await clientOf(worker);
    await arith.ping();
    const before = ports();
    for (let i = 0; i < 50; i++) {
      const channel = await connect(worker);
      await new ArithClient(channel).ping();
      await channel.close();
    }
    await until(() => ports() === before);
  });
});

describe("a worker that dies", () => {
  it.each([
    ["is terminated", (worker: Worker) => void worker.terminate()],
    ["exits", (_worker: Worker, arith: ArithClient) => void arith.negate(1).catch(() => {})],
    ["fails", (_worker: Worker, arith: ArithClient) => void arith.negate(2).catch(() => {})],
    [
      "is terminated while it is blocked",
      (worker: Worker, arith: ArithClient) => {
        arith.negate(3).catch(() => {});
        void worker.terminate();
      },
    ],
  ])("fails the calls in flight at once, and those after: %s", async (_how, kill) => {
    const gate = new Int32Array(new SharedArrayBuffer(4));
    const worker = startWorker({ role: "serve", gate });
    worker.on("error", () => {});
    const { arith } = await clientOf(worker);
    const inFlight = Array.from({ length: 3 }, () => arith.slow(1, { timeout: Infinity }));
    await arith.ping();
    const exited = exitOf(worker);
    kill(worker, arith);
    for (const failure of await Promise.all(inFlight.map(failureOf))) {
      expect(failure).toMatchObject({
        code: "UNAVAILABLE",
        sent: "maybe",
        message: matching(/at worker:\d+: .*the other end of the port was closed, or its thread ended/),
      });
    }
    await exited;
    expect(await failureOf(arith.ping({ timeout: Infinity }))).toMatchObject({
      code: "UNAVAILABLE",
      sent: "no",
      // The latter where the channel had dialled again just before.
      message: matching(/the worker has exited|the other end of the port was closed/),
    });
  });

  it("before it listened fails who connects, without waiting for the timeout", async () => {
    const options = { eval: true };
    await expect(connect(new Worker("", options), { connectTimeout: Infinity })).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: matching(/^worker:\d+: the other end of the port was closed, or its thread ended/),
    });
  });
});

describe("a worker that calls", () => {
  it("reaches the thread that started it", async () => {
    const { server } = startServer();
    const worker = startWorker({ role: "call" });
    const exited = exitOf(worker);
    expect(await server.listen(worker)).toBe(`worker:${worker.threadId}`);
    expect(await heard(worker, isNumber)).toBe(42);
    expect(await exited).toBe(0);
    await until(() => server.connections === 0);
  });

  it("reaches another worker", async () => {
    const { port1, port2 } = new MessageChannel();
    const serving = startWorker({ role: "serve", port: port1 });
    const exited = exitOf(serving);
    const calling = startWorker({ role: "call", port: port2 });
    expect(await heard(calling, isNumber)).toBe(42);
    // Nobody is left at its port's other end.
    expect(await exited).toBe(0);
  });
});
