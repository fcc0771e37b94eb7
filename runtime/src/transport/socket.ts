import type { ListenOptions, NetConnectOpts, Server, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type Address, hostAddress } from "./address.ts";
import { nodeNet } from "./node-net.ts";
import type { Listener, Transport } from "./transport.ts";

type HostAddress = Extract<Address, { scheme: "tcp" | "tls" }>;
type UnixAddress = Extract<Address, { scheme: "unix" }>;

/** TCP, which is what TLS goes over, too. */
export const tcp: Transport<HostAddress> = {
  dial: ({ host, port }, signal) => dial({ host, port, noDelay: true }, signal),
  async listen({ scheme, host, port }, accept) {
    const server = await listen({ host, port }, (socket) => {
      socket.setNoDelay(true);
      const address = hostAddress(scheme, socket.remoteAddress ?? "unknown", socket.remotePort ?? 0);
      accept(socket, { address });
    });
    const bound = server.address();
    const address =
      typeof bound === "object" && bound !== null
        ? hostAddress(scheme, bound.address, bound.port)
        : hostAddress(scheme, host, port);
    return listener(server, address);
  },
};

/** Unix domain sockets. */
export const unix: Transport<UnixAddress> = {
  dial: ({ path }, signal) => dial({ path }, signal),
  async listen({ path, text }, accept) {
    checkLength(path);
    const onSocket = (socket: Socket): void => accept(socket, { address: text });
    try {
      return listener(await listen({ path }, onSocket), text);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE" || !(await isAbandoned(path))) throw error;
      // Loaded here: who dials needs none of it.
      const { rm } = process.getBuiltinModule("node:fs/promises");
      await rm(path, { force: true });
      return listener(await listen({ path }, onSocket), text);
    }
  },
};

/** Bytes that a socket's path may have. */
const longestPath: Readonly<Partial<Record<NodeJS.Platform, number>>> = { linux: 107, darwin: 103 };

/** Newer Nodes refuse a longer path so; before, the system cuts it short, and would listen at another. */
function checkLength(path: string): void {
  if (Buffer.byteLength(path) <= (longestPath[process.platform] ?? Infinity)) return;
  throw Object.assign(new Error("the path is too long"), { code: "EINVAL" });
}

function dial(options: NetConnectOpts, signal: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    const socket = nodeNet().connect(options);
    const settle = (action: () => void): void => {
      signal.removeEventListener("abort", onAbort);
      socket.removeAllListeners("connect");
      socket.removeListener("error", onError);
      action();
    };
    const onError = (error: Error): void => settle(() => reject(error));
    const onAbort = (): void =>
      settle(() => {
        // A late error of a destroyed socket is nobody's business.
        socket.on("error", () => {});
        socket.destroy();
        reject(signal.reason as Error);
      });
    socket.once("connect", () => settle(() => resolve(socket)));
    socket.once("error", onError);
    signal.addEventListener("abort", onAbort);
  });
}

function listen(options: ListenOptions, accept: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    // Half-open: after the peer's FIN this side may still have answers to send.
    const server = nodeNet().createServer({ allowHalfOpen: true }, accept);
    server.once("error", reject);
    server.listen(options, () => {
      server.removeListener("error", reject);
      // Running out of file descriptors refuses one connection; it must not end the process.
      server.on("error", () => {});
      resolve(server);
    });
  });
}

function listener(server: Server, address: string): Listener {
  let closing: Promise<void> | undefined;
  return {
    address,
    // The server's own callback waits for every connection; the listener is gone at once.
    close: () => (closing ??= Promise.resolve(void server.close())),
  };
}

/** Whether the file is a socket that a process left behind when it died. Any other file is somebody's data. */
async function isAbandoned(path: string): Promise<boolean> {
  const { lstat } = process.getBuiltinModule("node:fs/promises");
  const file = await lstat(path).catch(() => undefined);
  // Its listener may have taken it along just now.
  return file === undefined || (file.isSocket() && (await refuses(path)));
}

function refuses(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = nodeNet().connect({ path });
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED"));
  });
}
