import type { Balancer } from "../balancer/balancer.ts";
import type { Guard } from "../balancer/guard.ts";
import type { OutlierEjectionOptions } from "../balancer/outlier-options.ts";
import type { CompressionOptions } from "../codec/compression.ts";
import type { KeepaliveTimes, Limits } from "../limits.ts";
import type { Logger } from "../logger.ts";
import type { ClientTlsOptions } from "../transport/tls-options.ts";
import type { ClientInterceptor } from "./interceptor.ts";
import type { ProtocolName } from "./protocols.ts";
import type { RepeatOptions } from "./retry/layers.ts";

/** How a channel behaves. */
export interface ChannelOptions extends Partial<Limits>, Partial<KeepaliveTimes>, RepeatOptions {
  /** The budget of a call that names none, whose method has no `@timeout`, in ms. @defaultValue 30 s */
  readonly timeout?: number;
  /** Bounds dial and handshake together, in ms. @defaultValue 10 s */
  readonly connectTimeout?: number;
  /** The longest that this channel's calls may take in a handler, in ms: the server keeps to it. @defaultValue Infinity */
  readonly handleTimeout?: number;
  /**
   * How long a connection to an address may carry nothing before it is closed, in ms; the next call dials again. Connections to a
   * resolver's endpoints are kept. @defaultValue 10 min
   */
  readonly idleTimeout?: number;
  /**
   * Connections to one address: a further one is opened when those there are take no more calls at once. @defaultValue 1
   */
  readonly maxConnections?: number;
  /**
   * What the servers speak. Beside gorpc's own, Go's `net/rpc` with gob, its `jsonrpc`, and the `classic` frameworks that begin with an
   * Option. These carry unary calls alone, without metadata, and know no cancel: deadlines and signals end a call on this side, and the
   * server works on. @defaultValue `mux`
   */
  readonly protocol?: ProtocolName;
  /** Goes through HTTP CONNECT to this path, as in Go's `rpc.DialHTTPPath`: `/_goRPC_` is its default. For `net/rpc` and `classic`. */
  readonly path?: string;
  /**
   * The content type of the codec: over mux any that is known, over the classic protocol `application/gob` or `application/json`.
   * @defaultValue `application/proto`; over the classic protocol `application/gob`
   */
  readonly codec?: string;
  /**
   * Compresses messages in both directions, where the server does too. For slow networks: on fast ones it costs more time than it saves.
   * @defaultValue false
   */
  readonly compression?: boolean | CompressionOptions;
  /** Outermost first. */
  readonly interceptors?: readonly ClientInterceptor[];
  /** @defaultValue silent */
  readonly logger?: Logger;
}

/** How to connect. */
export interface ConnectOptions extends ChannelOptions {
  /** How calls spread over the endpoints of a resolver. @defaultValue `peakEwma()` */
  readonly balancer?: Balancer;
  /**
   * Leaves endpoints of a resolver out for a while when more of their calls fail than of others'. Not by default: it sends calls elsewhere
   * that a balancer by key has a reason to send there, and where servers fail because they are busy, it makes the others busier.
   * @defaultValue false
   */
  readonly outlierEjection?: boolean | OutlierEjectionOptions;
  /**
   * What else leaves endpoints of a resolver out, each by itself: `circuitBreaker()` of `@gorpc/runtime/balancer`, `healthChecks()`. Where
   * all endpoints that are connected would be left out, all take calls. @defaultValue nothing
   */
  readonly guards?: readonly Guard[];
  /** Resolves at once; the first call connects. @defaultValue false */
  readonly lazy?: boolean;
  /**
   * For `tls://` addresses. A function is asked at each dial, so that what it returns can be renewed. Where this is given, no
   * other address is dialled: what is meant to be safe does not go out in the clear. @defaultValue what Node trusts, and no certificate
   */
  readonly tls?: ClientTlsOptions | (() => ClientTlsOptions);
  /** Gives up connecting. */
  readonly signal?: AbortSignal;
}
