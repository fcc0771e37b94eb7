import type { Duplex } from "node:stream";
import type { ServerTlsOptions } from "../transport/tls-options.ts";
import type { Accept } from "../transport/transport.ts";
import type { Acceptor } from "./acceptor.ts";
import { loaded, serveWith } from "./loaded.ts";
import type { serve, Serving, ServingOptions } from "./serving.ts";

/** One for all: each connection would else hold its own. */
const ignore = (): void => {};

/**
 * Where a server's connections come in. What takes them loads with the first address: a program that only calls gets the class `Server`
 * with the rest of the package, and waits 4 ms less for its first answer (of 22 beyond a bare socket's; Node 24, one core).
 */
export class FrontDoor {
  #options: ServingOptions;
  #serving: Serving | undefined;
  #loading: Promise<Serving> | undefined;
  #closed = false;

  constructor(options: ServingOptions) {
    this.#options = options;
  }

  get connections(): number {
    return this.#serving?.acceptor.connections ?? 0;
  }

  /** Whether it takes connections that begin with TLS. */
  get takesTls(): boolean {
    return this.#options.tls !== undefined;
  }

  /** Takes a new connection, which may begin with TLS where the server has that. */
  readonly accept: Accept = (stream, peer) => this.#take(stream, (acceptor) => acceptor.accept(stream, peer));

  /** Takes a new connection that has to begin with TLS. */
  readonly acceptTls: Accept = (stream, peer) =>
    this.#take(stream, (acceptor) => acceptor.acceptTls(stream, peer));

  /** @param options - checked; for handshakes that begin from now on */
  updateTls(options: ServerTlsOptions): void {
    this.#serving?.tls?.update(options);
    this.#options = { ...this.#options, tls: options };
  }

  /** Loads what takes connections; those that come meanwhile wait. */
  load(): Promise<Serving> {
    return (this.#loading ??= this.#load());
  }

  /** Takes no more connections; those that it has answer what they have accepted and close. */
  async drain(): Promise<void> {
    this.#closed = true;
    // A load that fails has told whoever listens.
    await this.#loading?.catch(ignore);
    if (this.#serving !== undefined) await this.#stop(this.#serving);
  }

  /** Ends all connections at once. */
  destroy(reason: string): void {
    this.#serving?.acceptor.destroy(reason);
  }

  async #stop({ acceptor, overload }: Serving): Promise<void> {
    await acceptor.drain();
    overload.stop();
  }

  #take(stream: Duplex, take: (acceptor: Acceptor) => void): void {
    if (loaded !== undefined) return take(this.#serve(loaded).acceptor);
    // For good: an error that is on its way comes after the load.
    stream.on("error", ignore);
    this.load().then(
      ({ acceptor }) => {
        // What has ended by now would never say so again.
        if (stream.readableEnded) stream.destroy();
        if (!stream.destroyed) take(acceptor);
      },
      (error: unknown) => {
        this.#options.logger.error("what takes connections could not be loaded: is the package whole?", {
          error,
        });
        stream.destroy();
      },
    );
  }

  async #load(): Promise<Serving> {
    return this.#serve(loaded ?? serveWith((await import("./serving.ts")).serve));
  }

  #serve(make: typeof serve): Serving {
    if (this.#serving !== undefined) return this.#serving;
    this.#serving = make(this.#options);
    if (this.#closed) void this.#stop(this.#serving);
    return this.#serving;
  }
}
