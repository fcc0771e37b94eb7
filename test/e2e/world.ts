import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MessageChannel } from "node:worker_threads";
import {
  type Channel,
  connect,
  type ConnectOptions,
  type Logger,
  Server,
  type ServerOptions,
} from "@gorpc/runtime";
import { onTestFinished } from "vitest";
import { Arith, ArithClient, type ArithHandlers } from "./arith.gorpc.ts";
import { handlersWith } from "./handlers.ts";

/** How calls travel; `inMemory` is the server's own channel and `port` a message port, neither with an address. */
export type Route = "tcp" | "tls" | "unix" | "memory" | "inMemory" | "port";

/** What a test wants of its world. */
export interface Setup {
  readonly route?: Route;
  readonly handlers?: Partial<ArithHandlers>;
  readonly server?: ServerOptions;
  readonly channel?: ConnectOptions;
}

/** A server, a channel to it and a client on that: closed when the test ends. */
export interface World {
  readonly server: Server;
  /** Empty where the route has none. */
  readonly address: string;
  readonly channel: Channel;
  readonly arith: ArithClient;
  /** What the server logged. */
  readonly log: LogEntry[];
}

export interface LogEntry {
  readonly level: "warn" | "error";
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export async function start(setup: Setup = {}): Promise<World> {
  return startOver(setup.route === "tls" ? await withTls(setup) : setup);
}

/** Certificates take a while to make: only tests of TLS pay for them. */
async function withTls(setup: Setup): Promise<Setup> {
  const { clientTls, serverTls } = await import("../tls/identities.ts");
  return {
    ...setup,
    server: { tls: serverTls, ...setup.server },
    channel: { tls: clientTls, ...setup.channel },
  };
}

async function startOver(setup: Setup): Promise<World> {
  const { server, log } = startServer(setup);
  const route = setup.route ?? "tcp";
  if (route === "inMemory") {
    return { server, log, address: "", ...clientOf(server.inMemory(setup.channel)) };
  }
  if (route === "port") {
    const { port1, port2 } = new MessageChannel();
    onTestFinished(() => port1.close());
    await server.listen(port2);
    return { server, log, address: "", ...clientOf(await connect(port1, setup.channel)) };
  }
  const address = await server.listen(freshAddress(route));
  return { server, log, address, ...(await dial(address, setup.channel)) };
}

/** A server with the service, which listens nowhere yet. */
export function startServer({ handlers = {}, server: options = {} }: Setup = {}): {
  readonly server: Server;
  readonly log: LogEntry[];
} {
  const log: LogEntry[] = [];
  const server = new Server({ logger: recorder(log), ...options });
  server.register(Arith, handlersWith(handlers));
  onTestFinished(() => server.close({ drain: 1 }));
  return { server, log };
}

/** Another channel to an address. */
export async function dial(
  address: string,
  options: ConnectOptions = {},
): Promise<{ readonly channel: Channel; readonly arith: ArithClient }> {
  return clientOf(await connect(address, options));
}

function clientOf(channel: Channel): { readonly channel: Channel; readonly arith: ArithClient } {
  // A test may leave calls behind; its server's end will end them.
  onTestFinished(() => void channel.close());
  return { channel, arith: new ArithClient(channel) };
}

/** Somewhere to listen. */
export function freshAddress(route: Exclude<Route, "inMemory" | "port">): string {
  switch (route) {
    case "tcp":
      return "tcp://127.0.0.1:0";
    case "tls":
      return "tls://127.0.0.1:0";
    case "unix":
      return `unix://${join(tmpdir(), `gorpc-${randomUUID()}.sock`)}`;
    case "memory":
      return `memory:${randomUUID()}`;
  }
}

/** A logger that keeps what it is told. */
export function recorder(log: LogEntry[]): Logger {
  const keep =
    (level: LogEntry["level"]) =>
    (message: string, details = {}): void => {
      log.push({ level, message, details });
    };
  return { warn: keep("warn"), error: keep("error") };
}
