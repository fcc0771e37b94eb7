import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { until } from "../e2e/waiting.ts";
import { type Frame, option, parseFrames } from "./wire.ts";

/** A connection of a server that says whatever the test wants. */
export class RawConnection {
  readonly socket: Socket;
  #bytes: Buffer = Buffer.alloc(0);
  readonly #frames: Frame[] = [];
  #hasLine = false;
  closed = false;
  ended = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    });
    socket.on("end", () => (this.ended = true));
    socket.on("close", () => (this.closed = true));
    socket.on("error", () => {});
  }

  send(...parts: readonly (string | Uint8Array)[]): void {
    if (!this.socket.destroyed) this.socket.write(Buffer.concat(parts.map((part) => Buffer.from(part))));
  }

  /** Waits for the client's Option and takes it. */
  async option(): Promise<Readonly<Record<string, unknown>>> {
    await until(() => this.#bytes.includes(0x0a) || this.closed);
    const end = this.#bytes.indexOf(0x0a);
    const line = this.#bytes.subarray(0, end).toString();
    this.#bytes = this.#bytes.subarray(end + 1);
    this.#hasLine = true;
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  }

  get frames(): readonly Frame[] {
    if (!this.#hasLine) return this.#frames;
    const { frames, rest } = parseFrames(this.#bytes);
    this.#bytes = rest;
    for (const each of frames) this.#frames.push(each);
    return this.#frames;
  }

  async receive(count: number): Promise<readonly Frame[]> {
    await until(() => this.frames.length >= count || this.closed);
    return this.frames;
  }
}

/** Listens on a real socket; what happens on a connection is up to the test. */
export class RawServer {
  readonly address: string;
  readonly connections: RawConnection[] = [];

  private constructor(address: string) {
    this.address = address;
  }

  /** @param greet - what to do with each connection; without it, a good handshake with these fields */
  static async listen(
    greet: ((connection: RawConnection) => unknown) | Readonly<Record<string, unknown>> = {},
  ): Promise<RawServer> {
    const connections: RawConnection[] = [];
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      const connection = new RawConnection(socket);
      connections.push(connection);
      if (typeof greet === "function") greet(connection);
      else void connection.option().then(() => connection.send(option(greet)));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
      server.close();
      for (const { socket } of connections) socket.destroy();
    });
    const { port } = server.address() as { port: number };
    const raw = new RawServer(`tcp://127.0.0.1:${port}`);
    Object.assign(raw, { connections });
    return raw;
  }

  /** The connection made as the n-th, from 0. */
  async connection(n = 0): Promise<RawConnection> {
    await until(() => this.connections.length > n);
    return this.connections[n]!;
  }
}
