import type { Duplex } from "node:stream";
import { detectProtocol } from "../protocol/detect.ts";
import type { ServedConnection, ServerHost } from "../protocol/protocol.ts";
import { startTimer } from "../timer.ts";

/** Bounds of a server's front door. */
export interface AcceptorLimits {
  readonly maxConnections: number;
  /** Connections that have begun a handshake and not finished it. */
  readonly maxHandshakes: number;
  /** In ms, from a connection's first byte. */
  readonly handshakeTimeout: number;
  /**
   * In ms, spread by a tenth: a connection that is older ends once its calls have, and its client goes to a fresh one, so that servers
   * that were added behind a name or a load balancer get their share.
   */
  readonly maxConnectionAge: number;
}

/** What protocols may ask; what they tell is for the acceptor. */
type HostWithoutEvents = Omit<ServerHost, "onHandshake" | "onRefused" | "onClosed">;

const nothing = new Uint8Array(0);

/** A connection before its handshake is done. */
interface Newcomer {
  readonly stream: Duplex;
  readonly peer: string;
  first: Uint8Array;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Takes connections in: counts them, waits for the first bytes, hands the stream to the protocol that these speak. A connection
 * that stays silent may stay (some clients dial long before they call) and is the first to go when there are too many.
 */
export class Acceptor {
  readonly #limits: AcceptorLimits;
  readonly #host: HostWithoutEvents;
  /** In order of arrival. */
  readonly #silent = new Set<Newcomer>();
  readonly #handshaking = new Set<Newcomer>();
  readonly #served = new Map<ServedConnection, NodeJS.Timeout | undefined>();
  #closed = false;

  constructor(limits: AcceptorLimits, host: HostWithoutEvents) {
    this.#limits = limits;
    this.#host = host;
  }

  get connections(): number {
    return this.#silent.size + this.#handshaking.size + this.#served.size;
  }

  /** Takes a new connection. */
  readonly accept = (stream: Duplex, peer: string): void => {
    // A broken connection ends itself; nobody waits for its error.
    stream.on("error", () => {});
    if (this.#closed) return this.#refuse(stream, peer, "the server is closed");
    if (this.connections >= this.#limits.maxConnections && !this.#dropSilent()) {
      const { maxConnections } = this.#limits;
      return this.#refuse(stream, peer, `${maxConnections} connections are open (option maxConnections)`);
    }
    const newcomer: Newcomer = { stream, peer, first: nothing, timer: undefined };
    this.#silent.add(newcomer);
    const onData = (chunk: Uint8Array): void => {
      if (this.#take(newcomer, chunk)) stream.off("data", onData);
    };
    stream.on("data", onData);
    stream.once("end", () => {
      if (this.#forget(newcomer)) stream.end();
    });
    stream.once("close", () => this.#forget(newcomer));
  };

  /** Takes no more connections; those that it has answer what they have accepted and close. */
  async drain(): Promise<void> {
    this.#closed = true;
    this.#dropNewcomers("the server is closing");
    const reason = "the server is closing";
    await Promise.all([...this.#served.keys()].map((connection) => connection.drain(reason)));
  }

  /** Ends all connections at once. */
  destroy(reason: string): void {
    this.#dropNewcomers(reason);
    for (const connection of [...this.#served.keys()]) connection.destroy(reason);
  }

  /** Adds what was received to a connection's first bytes; true once a protocol has it or it was refused. */
  #take(newcomer: Newcomer, chunk: Uint8Array): boolean {
    if (this.#silent.delete(newcomer) && !this.#beginHandshake(newcomer)) return true;
    newcomer.first = newcomer.first.length === 0 ? chunk : Buffer.concat([newcomer.first, chunk]);
    const detected = detectProtocol(newcomer.first);
    if (detected.kind === "more") return false;
    if (detected.kind === "unknown") {
      this.#refuse(newcomer.stream, newcomer.peer, detected.reason);
      return true;
    }
    const host: ServerHost = {
      ...this.#host,
      onHandshake: (connection) => {
        this.#forget(newcomer);
        this.#served.set(connection, this.#ageTimer(connection));
      },
      // Its place is taken until it is gone, but nothing is waited for any more.
      onRefused: () => clearTimeout(newcomer.timer),
      onClosed: (connection) => {
        clearTimeout(this.#served.get(connection));
        this.#served.delete(connection);
      },
    };
    detected.protocol.serve(newcomer.stream, newcomer.first, newcomer.peer, host);
    return true;
  }

  #beginHandshake(newcomer: Newcomer): boolean {
    const { handshakeTimeout, maxHandshakes } = this.#limits;
    const { stream, peer } = newcomer;
    if (this.#handshaking.size >= maxHandshakes) {
      this.#refuse(stream, peer, `${maxHandshakes} handshakes are unfinished (option maxHandshakes)`);
      return false;
    }
    this.#handshaking.add(newcomer);
    newcomer.timer = startTimer(handshakeTimeout, () => {
      this.#refuse(
        stream,
        peer,
        `its handshake took longer than ${handshakeTimeout} ms (option handshakeTimeout)`,
      );
    });
    return true;
  }

  #ageTimer(connection: ServedConnection): NodeJS.Timeout | undefined {
    const { maxConnectionAge } = this.#limits;
    // Connections that were opened together must not all come back together.
    const age = maxConnectionAge * (0.9 + Math.random() / 5);
    const reason = `the connection has reached its maximum age of ${maxConnectionAge} ms (option maxConnectionAge)`;
    return startTimer(age, () => void connection.drain(reason))?.unref();
  }

  #refuse(stream: Duplex, peer: string, reason: string): void {
    this.#host.logger.warn(`connection from ${peer} refused: ${reason}`, { peer, reason });
    stream.destroy();
  }

  /** Makes room: the connection that has been silent for longest goes. */
  #dropSilent(): boolean {
    const [oldest] = this.#silent;
    if (oldest === undefined) return false;
    this.#forget(oldest);
    this.#refuse(
      oldest.stream,
      oldest.peer,
      "it was silent, and others want its place (option maxConnections)",
    );
    return true;
  }

  #dropNewcomers(reason: string): void {
    for (const newcomer of [...this.#silent, ...this.#handshaking]) {
      this.#forget(newcomer);
      this.#refuse(newcomer.stream, newcomer.peer, reason);
    }
  }

  /** Ends the wait for a handshake. What the stream's listeners still hold of it holds no bytes. */
  #forget(newcomer: Newcomer): boolean {
    clearTimeout(newcomer.timer);
    newcomer.first = nothing;
    return this.#silent.delete(newcomer) || this.#handshaking.delete(newcomer);
  }
}
