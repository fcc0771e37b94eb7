import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { until } from "../e2e/waiting.ts";
import { type Frame, option, parseFrames } from "./wire.ts";

/** A client that says whatever the test wants, over a real socket. */
export class RawClient {
  readonly socket: Socket;
  #bytes: Buffer = Buffer.alloc(0);
  readonly #frames: Frame[] = [];
  #line: string | undefined;
  /** Whether the server has ended its side. */
  ended = false;
  /** Whether the connection is gone. */
  closed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => (this.#bytes = Buffer.concat([this.#bytes, chunk])));
    socket.on("end", () => (this.ended = true));
    socket.on("close", () => (this.closed = true));
    // How a hostile client's connection ends is the server's choice.
    socket.on("error", () => {});
  }

  /** Dials; says nothing. */
  static async dial(address: string): Promise<RawClient> {
    const { hostname, port } = new URL(address);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true, allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    const client = new RawClient(socket);
    await once(socket, "connect");
    return client;
  }

  /** Dials and shakes hands as a good client does. */
  static async shakeHands(
    address: string,
    fields: Readonly<Record<string, unknown>> = {},
  ): Promise<RawClient> {
    const client = await RawClient.dial(address);
    client.send(option(fields));
    await client.line();
    return client;
  }

  send(...parts: readonly (string | Uint8Array)[]): void {
    if (!this.socket.destroyed) this.socket.write(Buffer.concat(parts.map((part) => Buffer.from(part))));
  }

  /** Sends a byte at a time, each in a packet of its own as far as the system lets it. */
  async dribble(bytes: Uint8Array | string): Promise<void> {
    for (const byte of Buffer.from(bytes)) {
      this.socket.write(Buffer.of(byte));
      await new Promise(setImmediate);
    }
  }

  /** The server's line in the handshake; waits for it. */
  async line(): Promise<Readonly<Record<string, unknown>>> {
    await until(() => this.#line !== undefined || this.#bytes.includes(0x0a) || this.closed || this.ended);
    if (this.#line === undefined) {
      const end = this.#bytes.indexOf(0x0a);
      this.#line = this.#bytes.subarray(0, end).toString();
      this.#bytes = this.#bytes.subarray(end + 1);
    }
    return JSON.parse(this.#line) as Readonly<Record<string, unknown>>;
  }

  /** All frames received so far. */
  get frames(): readonly Frame[] {
    const { frames, rest } = parseFrames(this.#bytes);
    this.#bytes = rest;
    for (const each of frames) this.#frames.push(each);
    return this.#frames;
  }

  /** Waits until there are so many frames; fewer where the connection ends before. */
  async receive(count: number): Promise<readonly Frame[]> {
    await until(() => this.frames.length >= count || this.closed || this.ended);
    return this.frames;
  }

  /** Waits for the server to end the connection, and lets it go. */
  async end(): Promise<void> {
    await until(() => this.ended || this.closed);
    this.socket.destroy();
    await until(() => this.closed);
  }
}
