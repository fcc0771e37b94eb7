import type { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import type { MessagePort } from "node:worker_threads";
import { PortStream } from "./message-port.ts";
import { nodeThreads } from "./node-threads.ts";
import { isThreadPort, type ThreadPort } from "./thread-port.ts";
import type { Accept, Listener } from "./transport.ts";

/** What asks the other end of a port for a connection: a port of its own, so that the port's owner may go on using it. */
interface Hello {
  readonly gorpc: "connect";
  readonly port: MessagePort;
}

/** Ports that a server listens on. */
const listening = new WeakSet<ThreadPort>();

/** For messages, and as a peer's address. */
export function portName(port: ThreadPort): string {
  const { parentPort, Worker } = nodeThreads();
  if (port instanceof Worker) return `worker:${port.threadId}`;
  return port === parentPort ? "parentPort" : "MessagePort";
}

/** Connects to the server that listens at the other end of a port, which may start to do so later. */
export function dialPort(port: ThreadPort, signal: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    const { MessageChannel, Worker } = nodeThreads();
    // A message to a worker that is gone is lost, and the port in it stays open.
    if (port instanceof Worker && port.threadId < 0) return reject(new Error("the worker has exited"));
    const { port1, port2 } = new MessageChannel();
    const stream = new PortStream(port1);
    const onAbort = (): void => void stream.destroy(signal.reason as Error);
    const settle = (action: () => void): void => {
      signal.removeEventListener("abort", onAbort);
      stream.off("error", onError);
      action();
    };
    const onError = (error: Error): void => settle(() => reject(error));
    stream.once("open", () => settle(() => resolve(stream)));
    stream.once("error", onError);
    signal.addEventListener("abort", onAbort);
    const hello: Hello = { gorpc: "connect", port: port2 };
    port.postMessage(hello, [port2]);
  });
}

/**
 * Takes the connections that the other end of a port asks for.
 * @throws Error where a server listens on this port already
 * @throws TypeError for what is no port
 */
export function listenPort(port: ThreadPort, accept: Accept): Listener {
  if (!isThreadPort(port)) {
    const given = Object.prototype.toString.call(port);
    throw new TypeError(
      `server.listen() takes an address such as "tcp://127.0.0.1:9000" or the port of a thread, not ${given}`,
    );
  }
  const address = portName(port);
  if (listening.has(port)) throw new Error(`a server listens on this ${address} already`);
  listening.add(port);
  const onMessage = (message: unknown): void => {
    if (isHello(message)) accept(new PortStream(message.port), { address });
  };
  const events = port as Pick<EventEmitter, "on" | "off">;
  events.on("message", onMessage);
  return {
    address,
    close: async () => {
      events.off("message", onMessage);
      listening.delete(port);
    },
  };
}

function isHello(message: unknown): message is Hello {
  if (typeof message !== "object" || message === null) return false;
  const { gorpc, port } = message as Partial<Hello>;
  return gorpc === "connect" && port instanceof nodeThreads().MessagePort;
}
