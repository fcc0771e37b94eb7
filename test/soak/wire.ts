import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** For peers to end what a server has ended, in ms. */
const patience = 2_000;

/** The network in front of one server: passes bytes on to wherever the server listens now, and can be cut or stand still. */
export class Wire {
  readonly #listener: Server;
  readonly #sockets = new Set<Socket>();
  #port: number | undefined;
  #isStill = false;
  /** In ms, of everything that passes. */
  #delay = 0;

  private constructor(listener: Server) {
    this.#listener = listener;
  }

  static async listen(): Promise<Wire> {
    const listener = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
    const wire = new Wire(listener);
    listener.on("connection", (socket) => wire.#join(socket));
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    return wire;
  }

  get address(): string {
    return `tcp://127.0.0.1:${(this.#listener.address() as { port: number }).port}`;
  }

  /** The server listens at this port; without one, nobody does. */
  leadTo(port: number | undefined): void {
    this.#port = port;
  }

  /** Ends every connection, by a reset or by an end that the peers did not mean. */
  cut(how: "reset" | "end"): void {
    for (const socket of this.#sockets) {
      if (how === "reset") socket.resetAndDestroy();
      else socket.destroy();
    }
  }

  /** Passes nothing on until it is let go. */
  hold(): void {
    this.#isStill = true;
    for (const socket of this.#sockets) socket.pause();
  }

  release(): void {
    this.#isStill = false;
    for (const socket of this.#sockets) socket.resume();
  }

  /** Whatever comes from now on is passed on so many ms later, and nothing behind it before that. */
  slow(ms: number): void {
    this.#delay = ms;
  }

  /** Passes on what a server that is gone has said; whoever does not end then is cut. */
  async close(): Promise<void> {
    const closed = once(this.#listener, "close");
    this.#listener.close();
    const cut = setTimeout(() => this.cut("end"), patience);
    await closed;
    clearTimeout(cut);
  }

  #join(near: Socket): void {
    this.#keep(near);
    if (this.#port === undefined) return void near.resetAndDestroy();
    const far = connect({ host: "127.0.0.1", port: this.#port, allowHalfOpen: true, noDelay: true });
    this.#keep(far);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on("data", (chunk: Buffer) => {
        if (this.#delay > 0) this.#passLater(chunk, from, to);
        else if (!to.write(chunk)) from.pause();
      });
      to.on("drain", () => this.#isStill || from.resume());
      from.on("end", () => to.end());
      from.on("close", () => to.destroy());
      // The other side learns of it by its own close.
      from.on("error", () => {});
    }
    if (this.#isStill) far.pause();
    else near.resume();
  }

  #passLater(chunk: Buffer, from: Socket, to: Socket): void {
    from.pause();
    setTimeout(() => {
      if (to.write(chunk) && !this.#isStill) from.resume();
    }, this.#delay);
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
  }
}
