import type { EchoMessage } from "./message.ts";

/** One call: resolves with the answer. */
export type Echo = (message: EchoMessage) => Promise<EchoMessage>;

/** What is measured: an RPC library that carries the same message over one loopback connection. */
export interface Peer {
  /** Starts a server whose handler returns its request; resolves with its port. */
  serve(): Promise<number>;
  /** Opens one connection; resolves when it can carry calls. */
  connect(port: number): Promise<Echo>;
}
