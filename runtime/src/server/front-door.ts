import type { Duplex } from "node:stream";
import type { TlsServer } from "../transport/tls-server.ts";
import type { Accept } from "../transport/transport.ts";
import type { Acceptor, AcceptorLimits, HostWithoutEvents } from "./acceptor.ts";

/** One for all: each connection would else hold its own. */
const ignore = (): void => {};

/**
 * Where a server's connections come in. What takes them loads with the first address: a program that only calls gets the class `Server`
 * with the rest of the package, and without this waits some 1.5 ms longer for its first answer (Node 24).
 */
export class FrontDoor {
  readonly #limits: AcceptorLimits;
  readonly #host: HostWithoutEvents;
  readonly #tls: TlsServer | undefined;
  #acceptor: Acceptor | undefined;
  #loading: Promise<Acceptor> | undefined;
  #closed = false;

  /** @param tls - shakes hands with connections that begin with TLS; without it these are refused */
  constructor(limits: AcceptorLimits, host: HostWithoutEvents, tls: TlsServer | undefined) {
    this.#limits = limits;
    this.#host = host;
    this.#tls = tls;
  }

  get connections(): number {
    return this.#acceptor?.connections ?? 0;
  }

  /** Takes a new connection, which may begin with TLS where the server has that. */
  readonly accept: Accept = (stream, peer) => this.#take(stream, (acceptor) => acceptor.accept(stream, peer));

  /** Takes a new connection that has to begin with TLS. */
  readonly acceptTls: Accept = (stream, peer) =>
    this.#take(stream, (acceptor) => acceptor.acceptTls(stream, peer));

  /** Loads what takes connections; those that come meanwhile wait. */
  load(): Promise<Acceptor> {
    return (this.#loading ??= this.#load());
  }

  /** Takes no more connections; those that it has answer what they have accepted and close. */
  async drain(): Promise<void> {
    this.#closed = true;
    // A load that fails has told whoever listens.
    await this.#loading?.catch(() => {});
    await this.#acceptor?.drain();
  }

  /** Ends all connections at once. */
  destroy(reason: string): void {
    this.#acceptor?.destroy(reason);
  }

  #take(stream: Duplex, take: (acceptor: Acceptor) => void): void {
    if (this.#acceptor !== undefined) return take(this.#acceptor);
    // For good: an error that is on its way comes after the load.
    stream.on("error", ignore);
    this.load().then(
      (acceptor) => {
        // What has ended by now would never say so again.
        if (!stream.destroyed) take(acceptor);
      },
      () => void stream.destroy(),
    );
  }

  async #load(): Promise<Acceptor> {
    const { Acceptor } = await import("./acceptor.ts");
    this.#acceptor = new Acceptor(this.#limits, this.#host, this.#tls);
    if (this.#closed) await this.#acceptor.drain();
    return this.#acceptor;
  }
}
