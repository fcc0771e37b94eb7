import type { Duplex } from "node:stream";
import type { Channel } from "../client/channel.ts";
import { type CompressionOptions, compressionOf } from "../codec/compression.ts";
import type { ChannelOptions } from "../client/channel-options.ts";
import { connectWith } from "../client/connect.ts";
import { open, openChannel } from "../client/open.ts";
import { channelOptions } from "../client/settings.ts";
import { RpcError } from "../errors.ts";
import {
  checkTime,
  type KeepaliveTimes,
  keepaliveTimes,
  type Limits,
  resolveLimits,
  serverLimits,
} from "../limits.ts";
import { type Logger, silentLogger } from "../logger.ts";
import { checkNames, listOf, type OptionNames } from "../option-names.ts";
import type { ClassicEcho } from "../protocol/protocol.ts";
import { countServer } from "../propagation.ts";
import type { Lease, Registry } from "../registry/resolver.ts";
import type { AnyMethod, AnyService, Service } from "../schema/service.ts";
import { startTimer, stopTimer } from "../timer.ts";
import { parseAddress } from "../transport/address.ts";
import { connectTo } from "../transport/memory.ts";
import { checkServerTls } from "../transport/tls-context.ts";
import type { ServerTlsOptions } from "../transport/tls-options.ts";
import type { Listener } from "../transport/transport.ts";
import { listen } from "../transport/transports.ts";
import type { ThreadPort } from "../transport/thread-port.ts";
import { listenPort } from "../transport/worker.ts";
import type { AcceptorLimits } from "./acceptor.ts";
import { announce, type AnnounceOptions } from "./announce.ts";
import { FrontDoor } from "./front-door.ts";
import type { ServerInterceptor } from "./interceptor.ts";
import { isBounded, type OverloadLimits, overloadLimits } from "./overload-limits.ts";
import { Router } from "./router.ts";

// Who has this class has what opens channels, too: the whole package, unless a bundler has left servers out.
connectWith({ open });

/** How a server behaves. */
export interface ServerOptions
  extends Partial<Limits>, Partial<AcceptorLimits>, Partial<OverloadLimits>, Partial<KeepaliveTimes> {
  /** In ms: the longest that a handler may take. @defaultValue Infinity */
  readonly handleTimeout?: number;
  /**
   * Compresses messages in both directions, with clients that ask for it. What comes is inflated up to `maxMessageBytes`.
   * @defaultValue false
   */
  readonly compression?: boolean | CompressionOptions;
  /**
   * Whether the server repeats the Option of a classic client on a plain connection before it serves: `auto` does where nothing follows the
   * Option within 50 ms. A client of the dialect that waits for no echo, and idles after it has dialled, needs `never`.
   * @defaultValue `auto`
   */
  readonly classicEcho?: ClassicEcho;
  /** Whether `/debug/rpc` and `/debug/methods` show a browser on the same port what is registered. @defaultValue true */
  readonly debugPages?: boolean;
  /** Outermost first. */
  readonly interceptors?: readonly ServerInterceptor[];
  /** Whether calls made inside a handler inherit its deadline and cancellation. @defaultValue true */
  readonly propagate?: boolean;
  /** For `tls://` addresses, and for connections to others that begin with TLS. @defaultValue none of these is taken */
  readonly tls?: ServerTlsOptions;
  /** Where refused connections and handlers' exceptions are reported. @defaultValue silent */
  readonly logger?: Logger;
}

const defaults: AcceptorLimits = {
  maxConnections: 10_000,
  maxHandshakes: 1_000,
  handshakeTimeout: 10_000,
  maxConnectionAge: 30 * 60_000,
};

const names: OptionNames<ServerOptions> = {
  ...serverLimits,
  ...defaults,
  maxConcurrency: true,
  maxQueue: true,
  maxLag: true,
  keepaliveInterval: true,
  keepaliveTimeout: true,
  handleTimeout: true,
  compression: true,
  classicEcho: true,
  debugPages: true,
  interceptors: true,
  propagate: true,
  tls: true,
  logger: true,
};

const defaultDrain = 10_000;

/** Serves services on any number of addresses. */
export class Server {
  readonly #router: Router;
  readonly #door: FrontDoor;
  readonly #listeners: Listener[] = [];
  /** Those on ports: nobody else reaches the server there, so it is never announced. */
  readonly #portListeners: Listener[] = [];
  readonly #leases: Lease[] = [];
  readonly #uncount: () => void;
  readonly #closer = new AbortController();
  #closing: Promise<void> | undefined;

  /**
   * @throws RangeError for a time or a limit out of its range
   * @throws TypeError for an option that is not known, and for certificates or a key that cannot be used
   */
  constructor(options: ServerOptions = {}) {
    checkNames("new Server()", names, options);
    const logger = options.logger ?? silentLogger;
    const bounds = overloadLimits(options);
    const router = new Router({
      logger,
      isBounded: isBounded(bounds),
      interceptors: listOf("interceptors", options.interceptors),
      propagate: options.propagate ?? true,
    });
    this.#router = router;
    if (options.tls !== undefined) checkServerTls(options.tls);
    const host = {
      limits: resolveLimits(serverLimits, options),
      compression: compressionOf(options.compression),
      logger,
      ...keepaliveTimes(options),
      handleTimeout: checkTime("handleTimeout", options.handleTimeout ?? Infinity),
      classicEcho: checkEcho(options.classicEcho ?? "auto"),
      debugPages: options.debugPages ?? true,
      services: () => router.services,
      find: (path: string) => router.find(path),
      explainMissing: (path: string) => {
        router.tellUnknown(path);
        return router.explainMissing(path);
      },
    };
    const limits = acceptorLimits(options);
    this.#door = new FrontDoor({ limits, bounds, tls: options.tls, logger, router, host });
    // Last: a server whose options are refused was never there.
    this.#uncount = countServer();
  }

  /**
   * Serves a service with an object or a class instance; each handler is called as its method.
   * @throws Error where the service is registered already
   */
  register<Handlers extends object, Methods extends Readonly<Record<string, AnyMethod>>>(
    service: Service<Handlers, Methods>,
    handlers: NoInfer<Handlers>,
  ): this {
    this.#router.register(service, handlers);
    return this;
  }

  /** The services that are registered, as data. */
  get services(): readonly AnyService[] {
    return this.#router.services;
  }

  /** Fires as soon as `close()` is called: for what a server says and ends while it drains. */
  get closing(): AbortSignal {
    return this.#closer.signal;
  }

  /** Connections open now. */
  get connections(): number {
    return this.#door.connections;
  }

  /**
   * Listens at an address: `tcp://host:port`, `tls://host:port`, `unix:///path` or `memory:name`. Or for another thread, which
   * then connects to its own end: on a `Worker`, on `parentPort`, or on a port of a `MessageChannel`.
   * @returns the bound address, with the real port where 0 was asked for; of a thread's port its name
   * @throws TypeError (the promise rejects) for an address that cannot be meant, or what is none, and for `tls://` without the option `tls`
   * @throws Error (the promise rejects) where the address or the port is taken, or not to be had: with the system's `code`, and what helps
   */
  async listen(at: string | ThreadPort): Promise<string> {
    this.#checkOpen();
    const listener = typeof at === "string" ? await this.#listenAt(at) : this.#listenOn(at);
    await this.#door.load();
    if (this.#closing !== undefined) await listener.close();
    this.#checkOpen();
    return listener.address;
  }

  /**
   * Replaces the option `tls`, all of it: for connections that begin from now on. Those that there are go on with what they have.
   * @throws TypeError where certificates or key cannot be used; what was in use then stays in use
   */
  updateTls(options: ServerTlsOptions): void {
    if (!this.#door.takesTls) throw new TypeError("this server was made without the option tls");
    checkServerTls(options);
    this.#door.updateTls(options);
  }

  /** A channel to this server that needs no socket: the real protocol through memory. Close it as any other. */
  inMemory(options: ChannelOptions = {}): Channel {
    checkNames("server.inMemory()", channelOptions, options);
    const target = "memory:server";
    const dial = async (): Promise<Duplex> => {
      this.#checkOpen();
      return connectTo(this.#door.accept, target);
    };
    return openChannel(target, dial, options);
  }

  /**
   * Registers the server under a name and renews that until it closes.
   * @returns the registration, to withdraw it earlier
   */
  async announce(registry: Registry, options: AnnounceOptions): Promise<Lease> {
    const bound = this.#listeners.map(({ address }) => address);
    this.#checkOpen();
    const services = this.services.map(({ typeName }) => typeName);
    const lease = await announce(registry, options, bound, services);
    this.#leases.push(lease);
    if (this.#closing !== undefined) await lease.withdraw();
    this.#checkOpen();
    return lease;
  }

  /**
   * Withdraws from registries, takes no more connections and calls, and lets those accepted finish.
   * @param options - `drain`: how long they may take, in ms, before their connections are cut; 10 s without it
   * @throws RangeError (the promise rejects) for a time below 0 or NaN
   */
  async close(options: { readonly drain?: number } = {}): Promise<void> {
    const drain = checkDrain(options.drain ?? defaultDrain);
    const closed = (this.#closing ??= this.#close(drain));
    this.#closer.abort(new RpcError("UNAVAILABLE", "the server is closing"));
    await closed;
  }

  async #listenAt(text: string): Promise<Listener> {
    const address = parseAddress(text);
    const isTls = address.scheme === "tls";
    if (isTls && !this.#door.takesTls) {
      throw new TypeError(`${address.text} needs a certificate and its key: give them with the option tls`);
    }
    const listener = await listen(address, isTls ? this.#door.acceptTls : this.#door.accept);
    this.#listeners.push(listener);
    return listener;
  }

  #listenOn(port: ThreadPort): Listener {
    const listener = listenPort(port, this.#door.accept);
    this.#portListeners.push(listener);
    return listener;
  }

  async #close(drain: number): Promise<void> {
    try {
      await Promise.all(this.#leases.map((lease) => lease.withdraw()));
    } finally {
      const listeners = [...this.#listeners, ...this.#portListeners];
      await Promise.all(listeners.map((listener) => listener.close()));
      const reason = `the server closed; its drain of ${drain} ms ran out`;
      const cut = startTimer(drain, () => this.#door.destroy(reason));
      await this.#door.drain();
      stopTimer(cut);
      this.#uncount();
    }
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw new Error("the server is closed");
  }
}

function checkEcho(echo: ClassicEcho): ClassicEcho {
  if (["auto", "always", "never"].includes(echo)) return echo;
  throw new TypeError(`classicEcho is ${JSON.stringify(echo)}: it takes "auto", "always" or "never"`);
}

function checkDrain(ms: number): number {
  if (typeof ms === "number" && ms >= 0) return ms;
  throw new RangeError(`drain is ${String(ms)}: it takes milliseconds from 0, or Infinity`);
}

function acceptorLimits(options: Partial<AcceptorLimits>): AcceptorLimits {
  const maxConnections = options.maxConnections ?? defaults.maxConnections;
  const maxHandshakes = options.maxHandshakes ?? defaults.maxHandshakes;
  for (const [name, value] of Object.entries({ maxConnections, maxHandshakes })) {
    if (!Number.isInteger(value) || value < 1)
      throw new RangeError(`${name} is ${value}: it takes an integer above 0`);
  }
  const handshakeTimeout = checkTime(
    "handshakeTimeout",
    options.handshakeTimeout ?? defaults.handshakeTimeout,
  );
  const maxConnectionAge = checkTime(
    "maxConnectionAge",
    options.maxConnectionAge ?? defaults.maxConnectionAge,
  );
  return { maxConnections, maxHandshakes, handshakeTimeout, maxConnectionAge };
}
