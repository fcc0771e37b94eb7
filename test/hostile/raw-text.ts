import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { until } from "../e2e/waiting.ts";

/** A client that says whatever the test wants, and keeps what it is told as text. */
export class RawText {
  readonly socket: Socket;
  text = "";
  /** Whether the server has ended its side. */
  ended = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => (this.text += chunk.toString("latin1")));
    socket.on("end", () => (this.ended = true));
    socket.on("close", () => (this.ended = true));
    // How a hostile client's connection ends is the server's choice.
    socket.on("error", () => {});
  }

  static async dial(address: string): Promise<RawText> {
    const { hostname, port } = new URL(address);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true, allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    await once(socket, "connect");
    return new RawText(socket);
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

  /** Waits for a text to come. */
  async reads(part: string): Promise<void> {
    await until(() => this.text.includes(part) || this.ended);
  }

  /** Waits for the server's end; what was said until then. */
  async whole(): Promise<string> {
    await until(() => this.ended);
    return this.text;
  }
}
