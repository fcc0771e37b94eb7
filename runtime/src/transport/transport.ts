import type { Duplex } from "node:stream";
import type { Address } from "./address.ts";
import type { PeerCertificate } from "./certificate.ts";

/** What a transport knows of who connected. */
export interface RemotePeer {
  /** Where the connection comes from. */
  readonly address: string;
  /** What the peer showed over TLS, checked; undefined where it showed none, and without TLS. */
  readonly certificate?: PeerCertificate | undefined;
}

/** Takes a connection in. */
export type Accept = (stream: Duplex, peer: RemotePeer) => void;

/**
 * The seam below protocols: something that carries a byte stream. A transport knows neither frames nor codecs.
 */
export interface Transport<A extends Address = Address> {
  /**
   * Connects.
   * @param signal - gives up; the stream is then destroyed
   */
  dial(address: A, signal: AbortSignal): Promise<Duplex>;
  /** Takes connections until closed. */
  listen(address: A, accept: Accept): Promise<Listener>;
}

/** A bound address that takes connections. */
export interface Listener {
  /** As bound, with the real port where 0 was asked for. */
  readonly address: string;
  /** Takes no more connections; those taken go on. */
  close(): Promise<void>;
}
