import type { Duplex } from "node:stream";
import { detectProtocol, detectTls } from "../protocol/detect.ts";
import { logRefusal } from "../protocol/log-refusal.ts";
import type { ServerHost, ServerProtocol, SpokenProtocol } from "../protocol/protocol.ts";
import { whenLoaded } from "../protocol/when-loaded.ts";
import { startTimer, stopTimer, type Timer } from "../timer.ts";
import type { Handshake, TlsServer } from "../transport/tls-server.ts";
import type { Accept, RemotePeer } from "../transport/transport.ts";
import { ServedConnections } from "./served-connections.ts";

/** Bounds of a server's front door. */
export interface AcceptorLimits {
  /** Open at once. Beyond, connections that have sent nothing give way, and where there are none, new ones are refused. @defaultValue 10,000 */
  readonly maxConnections: number;
  /** Connections that have begun a handshake and not finished it. @defaultValue 1,000 */
  readonly maxHandshakes: number;
  /** In ms, from a connection's first byte; within TLS once more, from the first one there. @defaultValue 10 s */
  readonly handshakeTimeout: number;
  /**
   * In ms, spread by a tenth: a connection that is older ends once its calls have, and its client goes to a fresh one, so that servers
   * that were added behind a name or a load balancer get their share. @defaultValue 30 min
   */
  readonly maxConnectionAge: number;
}

/** What protocols may ask; what they tell is for the acceptor. */
export type HostWithoutEvents = Omit<ServerHost, "onHandshake" | "onRefused" | "onClosed">;

const nothing = new Uint8Array(0);
/** One for all: each connection would else hold its own. */
const ignore = (): void => {};
const tlsOnly = "this address takes only TLS: dial it with tls://";

/** A connection before its handshake is done. */
interface Newcomer {
  readonly stream: Duplex;
  readonly peer: RemotePeer;
  /** Undefined where TLS is not expected: this server has none, or the stream comes out of it. */
  readonly tls: TlsServer | undefined;
  /** Why it will not be served; said to it once it is clear in which protocol. */
  readonly refusal: string | undefined;
  first: Uint8Array;
  timer: Timer | undefined;
  /** Takes its listeners from the stream: a connection that is served would hold them, and all this, for ever. */
  stopListening: () => void;
  /** Whether it was refused, and that logged: what its end brings about is no news. */
  refused: boolean;
}

function newcomerOf(
  stream: Duplex,
  peer: RemotePeer,
  tls: TlsServer | undefined,
  refusal: string | undefined,
): Newcomer {
  return {
    stream,
    peer,
    tls,
    refusal,
    first: nothing,
    timer: undefined,
    stopListening: ignore,
    refused: false,
  };
}

/**
 * Takes connections in: counts them, waits for the first bytes, hands the stream to the protocol that these speak. A connection
 * that stays silent may stay (some clients dial long before they call) and is the first to go when there are too many.
 */
export class Acceptor {
  readonly #limits: AcceptorLimits;
  /** One for all connections. */
  readonly #host: ServerHost;
  readonly #tls: TlsServer | undefined;
  /** In order of arrival. */
  readonly #silent = new Set<Newcomer>();
  readonly #handshaking = new Map<Duplex, Newcomer>();
  readonly #served: ServedConnections;
  #closed = false;

  /** @param tls - shakes hands with connections that begin with TLS; without it these are refused */
  constructor(limits: AcceptorLimits, host: HostWithoutEvents, tls: TlsServer | undefined) {
    this.#limits = limits;
    this.#served = new ServedConnections(limits.maxConnectionAge);
    this.#host = {
      ...host,
      onHandshake: (connection, stream) => {
        const newcomer = this.#handshaking.get(stream);
        if (newcomer !== undefined) this.#forget(newcomer);
        this.#served.add(connection);
      },
      // Its place is taken until it is gone, but nothing is waited for any more.
      onRefused: (stream) => stopTimer(this.#handshaking.get(stream)?.timer),
      onClosed: (connection) => this.#served.delete(connection),
    };
    this.#tls = tls;
  }

  get connections(): number {
    return this.#silent.size + this.#handshaking.size + this.#served.size;
  }

  /** Takes a new connection, which may begin with TLS where the server has that. */
  readonly accept: Accept = (stream, peer) => this.#accept(newcomerOf(stream, peer, this.#tls, undefined));

  /** Takes a new connection that has to begin with TLS. */
  readonly acceptTls: Accept = (stream, peer) => this.#accept(newcomerOf(stream, peer, this.#tls, tlsOnly));

  #accept(newcomer: Newcomer): void {
    // A broken connection ends itself; nobody waits for its error.
    newcomer.stream.on("error", ignore);
    if (this.#closed) return this.#refuse(newcomer, "the server is closed");
    if (this.connections >= this.#limits.maxConnections && !this.#dropSilent()) {
      const { maxConnections } = this.#limits;
      return this.#refuse(newcomer, `${maxConnections} connections are open (option maxConnections)`);
    }
    this.#await(newcomer);
  }

  /** Waits for a connection's first bytes. */
  #await(newcomer: Newcomer): void {
    const { stream } = newcomer;
    this.#silent.add(newcomer);
    const onData = (chunk: Uint8Array): void => {
      if (this.#take(newcomer, chunk)) stream.off("data", onData);
    };
    const onEnd = (): void => {
      if (this.#forget(newcomer)) stream.end();
    };
    const onClose = (): void => void this.#forget(newcomer);
    newcomer.stopListening = () => {
      stream.off("data", onData).off("end", onEnd).off("close", onClose);
    };
    stream.on("data", onData).on("end", onEnd).on("close", onClose);
  }

  /** Takes no more connections; those that it has answer what they have accepted and close. */
  async drain(): Promise<void> {
    this.#closed = true;
    this.#dropNewcomers("the server is closing");
    const reason = "the server is closing";
    await Promise.all(this.#served.all().map((connection) => connection.drain(reason)));
  }

  /** Ends all connections at once. */
  destroy(reason: string): void {
    this.#dropNewcomers(reason);
    for (const connection of this.#served.all()) connection.destroy(reason);
  }

  /** Adds what was received to a connection's first bytes; true once somebody else has it or it was refused. */
  #take(newcomer: Newcomer, chunk: Uint8Array): boolean {
    if (this.#silent.delete(newcomer) && !this.#beginHandshake(newcomer)) return true;
    newcomer.first = newcomer.first.length === 0 ? chunk : Buffer.concat([newcomer.first, chunk]);
    const tls = newcomer.tls === undefined ? "no" : detectTls(newcomer.first);
    if (tls === "more") return false;
    if (tls === "yes") this.#shakeHands(newcomer, newcomer.tls!);
    return tls === "yes" || this.#choose(newcomer);
  }

  /** Hands it to the protocol that its first bytes speak. */
  #choose(newcomer: Newcomer): boolean {
    const detected = detectProtocol(newcomer.first);
    if (detected.kind === "more") return false;
    if (detected.kind === "unknown") {
      this.#refuse(newcomer, newcomer.refusal ?? detected.reason);
      return true;
    }
    this.#load(newcomer, detected.protocol);
    return true;
  }

  #load(newcomer: Newcomer, spoken: SpokenProtocol): void {
    const protocol = spoken.load();
    if (!(protocol instanceof Promise)) return this.#handOver(newcomer, protocol);
    const { stream, first } = newcomer;
    newcomer.first = nothing;
    whenLoaded(stream, first, protocol, this.#host.logger, (loaded) => this.#handOver(newcomer, loaded));
  }

  #handOver(newcomer: Newcomer, protocol: ServerProtocol): void {
    const { stream, first, peer, refusal } = newcomer;
    if (refusal === undefined) protocol.serve(stream, first, peer, this.#host);
    else this.#turnAway(newcomer, protocol, refusal);
  }

  /** Refuses it in words that it understands. */
  #turnAway(newcomer: Newcomer, protocol: ServerProtocol, reason: string): void {
    // As in a protocol's own refusal: nothing is waited for any more.
    stopTimer(newcomer.timer);
    this.#logRefusal(newcomer, reason);
    protocol.refuse(newcomer.stream, reason);
  }

  /** TLS first; what comes out of it is a newcomer again. */
  #shakeHands(newcomer: Newcomer, tls: TlsServer): void {
    const { stream, first } = newcomer;
    newcomer.first = nothing;
    tls.accept(stream, first, (handshake) => this.#onTls(newcomer, handshake));
  }

  #onTls(newcomer: Newcomer, handshake: Handshake): void {
    if (newcomer.refused) return;
    if (handshake.kind === "failed") {
      return this.#refuse(newcomer, `its TLS handshake failed: ${handshake.reason}`);
    }
    this.#forget(newcomer);
    const { stream, certificate, refusal } = handshake;
    stream.on("error", ignore);
    const address = newcomer.peer.address.replace(/^tcp:/, "tls:");
    this.#await(newcomerOf(stream, { address, certificate }, undefined, refusal));
  }

  #beginHandshake(newcomer: Newcomer): boolean {
    const { handshakeTimeout, maxHandshakes } = this.#limits;
    if (this.#handshaking.size >= maxHandshakes) {
      this.#refuse(newcomer, `${maxHandshakes} handshakes are unfinished (option maxHandshakes)`);
      return false;
    }
    this.#handshaking.set(newcomer.stream, newcomer);
    newcomer.timer = startTimer(handshakeTimeout, () => {
      this.#refuse(
        newcomer,
        `its handshake took longer than ${handshakeTimeout} ms (option handshakeTimeout)`,
      );
    });
    return true;
  }

  #refuse(newcomer: Newcomer, reason: string): void {
    this.#logRefusal(newcomer, reason);
    newcomer.stream.destroy();
  }

  #logRefusal(newcomer: Newcomer, reason: string): void {
    newcomer.refused = true;
    logRefusal(this.#host.logger, "connection", newcomer.peer.address, reason);
  }

  /** Makes room: the connection that has been silent for longest goes. */
  #dropSilent(): boolean {
    const [oldest] = this.#silent;
    if (oldest === undefined) return false;
    this.#forget(oldest);
    this.#refuse(oldest, "it was silent, and others want its place (option maxConnections)");
    return true;
  }

  #dropNewcomers(reason: string): void {
    for (const newcomer of [...this.#silent, ...this.#handshaking.values()]) {
      this.#forget(newcomer);
      this.#refuse(newcomer, reason);
    }
  }

  /** Ends the wait for a handshake. */
  #forget(newcomer: Newcomer): boolean {
    stopTimer(newcomer.timer);
    newcomer.stopListening();
    return this.#silent.delete(newcomer) || this.#handshaking.delete(newcomer.stream);
  }
}
