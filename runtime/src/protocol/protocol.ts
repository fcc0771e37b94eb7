import type { Duplex } from "node:stream";
import type { Codec } from "../codec/codec.ts";
import type { CompressionOptions } from "../codec/compression.ts";
import type { RpcError } from "../errors.ts";
import type { KeepaliveTimes, Limits } from "../limits.ts";
import type { Logger } from "../logger.ts";
import type { AnyMethod, AnyService } from "../schema/service.ts";
import type { RemotePeer } from "../transport/transport.ts";
import type { PendingCall } from "./pending-call.ts";
import type { ServerCall } from "./server-call.ts";

/** The seam between channels and the wire: a protocol's caller side. */
export interface ClientProtocol {
  /** As `connect`'s option names it. */
  readonly name: string;
  /** As ALPN names it; undefined where its servers know no ALPN. */
  readonly alpn: string | undefined;
  /** Shakes hands on a fresh stream; the signal gives up and destroys it. */
  open(
    stream: Duplex,
    options: OpenOptions,
    owner: ConnectionOwner,
    signal: AbortSignal,
  ): Promise<Connection>;
}

/** What a protocol needs to know of the channel. */
export interface OpenOptions extends KeepaliveTimes {
  /** For messages. */
  readonly target: string;
  readonly codec: Codec;
  /** The content type that was asked for, where a protocol has bodies of its own; undefined where none was. */
  readonly contentType?: string | undefined;
  /** Where the protocol goes through HTTP CONNECT; undefined where it does not. */
  readonly path?: string | undefined;
  /** Undefined where nothing is compressed. */
  readonly compression?: Required<CompressionOptions> | undefined;
  readonly limits: Limits;
  /** In ms; Infinity for none. Both travel in the handshake, where there is one. */
  readonly connectTimeout: number;
  readonly handleTimeout: number;
}

/** A connection that calls go out on. */
export interface Connection {
  /** Calls written and not yet answered. */
  readonly inFlight: number;
  /** A number that changes with each call that it takes. */
  readonly callsTaken: number;
  /** How busy the server is, from 0; above 1 where it sheds calls. Undefined where it has not said so lately. */
  readonly load: number | undefined;
  /** Whether it takes calls, now or once there is room. */
  readonly isOpen: boolean;
  /**
   * Takes a call and becomes its holder; false where it cannot take one now.
   * @param time - now: reading the clock once more would cost a call 2 % of its time
   */
  send(call: PendingCall, time: number): boolean;
  /** Takes no more calls and ends streams that have no deadline; closes once the calls in flight are answered. */
  drain(): void;
  /** Closes at once; calls in flight fail with the reason. */
  destroy(reason: RpcError): void;
}

/** What a connection tells the channel that it serves. */
export interface ConnectionOwner {
  /** It can take calls again, after it refused one. */
  onRoom(): void;
  /** It takes no more calls and finishes those that it has; the server has announced that it goes. */
  onGoingAway(connection: Connection): void;
  /** The server will not run this call: it may go out on another connection. */
  onReturned(call: PendingCall): void;
  /** It is gone; its calls have failed. */
  onClosed(connection: Connection, reason: RpcError): void;
}

/** A protocol as a server knows it before anybody speaks it. */
export interface SpokenProtocol {
  readonly name: string;
  /** Whether a connection that begins with these bytes speaks this protocol. */
  detect(first: Uint8Array): Detection;
  /** Its server side, which may have to be loaded first. */
  load(): ServerProtocol | Promise<ServerProtocol>;
}

/** The seam between the wire and handlers: a protocol's server side. */
export interface ServerProtocol {
  readonly name: string;
  /** Serves a connection; what `detect` saw comes first. */
  serve(stream: Duplex, first: Uint8Array, peer: RemotePeer, host: ServerHost): void;
  /** Tells a peer that began as `detect` saw, in the protocol's own words, why it is not served, and ends the connection. */
  refuse(stream: Duplex, reason: string): void;
}

/** `"more"`: more bytes are needed to tell. */
export type Detection = "yes" | "no" | "more";

/** A connection as its server holds it. */
export interface ServedConnection {
  /** Whether its client can be told that the connection ends, and goes to a fresh one: others never end by their age. */
  readonly canLeave: boolean;
  /**
   * Announces that the connection ends; resolves when all accepted calls are answered and it is closed.
   * @param reason - what the peer is told
   */
  drain(reason: string): Promise<void>;
  /** Ends it at once. */
  destroy(reason: string): void;
}

/** What a protocol may ask of the server that it delivers to. */
export interface ServerHost extends KeepaliveTimes {
  readonly limits: Limits;
  /** Undefined where nothing is compressed. */
  readonly compression?: Required<CompressionOptions> | undefined;
  readonly logger: Logger;
  /** In ms; Infinity for none. */
  readonly handleTimeout: number;
  readonly load: Load;
  /** The route of a method's path; undefined where nothing is registered under it. */
  find(path: string): Route | undefined;
  /** Why `find` found nothing, for the answer. */
  explainMissing(path: string): string;
  /** The services that are registered. */
  readonly services: () => readonly AnyService[];
  readonly classicEcho: ClassicEcho;
  /** Whether browsers get to see what is registered. */
  readonly debugPages: boolean;
  /** The handshake on that stream is done. */
  onHandshake(connection: ServedConnection, stream: Duplex): void;
  /** The handshake on that stream failed; the protocol has said why, and ends the connection. */
  onRefused(stream: Duplex): void;
  /** The connection is gone. */
  onClosed(connection: ServedConnection): void;
}

/**
 * Whether a server repeats a classic client's Option before it serves: one dialect's clients wait for that, the other's take it for
 * an answer and fail. `auto` does where no byte follows the Option within 50 ms. Over HTTP CONNECT the path tells instead.
 */
export type ClassicEcho = "auto" | "always" | "never";

/** How busy a server is. */
export interface Load {
  /** Counts up with each new value; 0 where there is none. */
  readonly period: number;
  /** How much of the event loop's time was busy, in thousandths; above 1,000 where calls were shed. */
  readonly thousandths: number;
}

/** A registered method, ready to be called. */
export interface Route {
  readonly method: AnyMethod;
  /** Runs the handler; the call is answered once, whatever the handler does. */
  run(call: ServerCall, request: unknown): void;
}
