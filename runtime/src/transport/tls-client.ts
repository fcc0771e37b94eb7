import type { Duplex } from "node:stream";
import type { SecureContext } from "node:tls";
import type { Address } from "./address.ts";
import { nodeNet } from "./node-net.ts";
import { nodeTls } from "./node-tls.ts";
import { tcp } from "./socket.ts";
import { clientContext } from "./tls-context.ts";
import { explainTls } from "./tls-failure.ts";
import type { ClientTlsOptions } from "./tls-options.ts";

/** What a dial needs beside the address where that asks for TLS. */
export interface TlsDial {
  /** Asked at each dial: what it returns may have been renewed. */
  readonly options: () => ClientTlsOptions;
  /** What to offer by ALPN; undefined for nothing. A server that says nothing to it may be a proxy that unwraps TLS and knows no more. */
  readonly alpn: string | undefined;
  /** Called when the stream is connected and its handshake begins. */
  readonly onHandshake: () => void;
}

interface Handshake {
  readonly context: SecureContext;
  /** The name that the server's certificate must have. */
  readonly name: string;
  readonly alpn: string | undefined;
}

type TlsAddress = Extract<Address, { scheme: "tcp" | "tls" }>;

const contexts = new WeakMap<ClientTlsOptions, SecureContext>();

/**
 * Reads certificates and key once for each options object.
 * @throws TypeError that says what cannot be used
 */
export function contextFor(options: ClientTlsOptions): SecureContext {
  let context = contexts.get(options);
  if (context === undefined) {
    context = nodeTls().createSecureContext(clientContext(options));
    contexts.set(options, context);
  }
  return context;
}

/**
 * Connects and shakes hands.
 * @param signal - gives up; the stream is then destroyed
 * @throws Error (the promise rejects) that says why and what helps
 */
export async function dialTls(address: TlsAddress, signal: AbortSignal, tls: TlsDial): Promise<Duplex> {
  const { alpn, onHandshake } = tls;
  // First: options that cannot be used must not leave a connection behind.
  const options = tls.options();
  const context = contextFor(options);
  const stream = await tcp.dial(address, signal);
  onHandshake();
  return shakeHands(stream, { context, name: options.servername ?? address.host, alpn }, signal);
}

function shakeHands(stream: Duplex, handshake: Handshake, signal: AbortSignal): Promise<Duplex> {
  const { context, name, alpn } = handshake;
  return new Promise((resolve, reject) => {
    const socket = nodeTls().connect({
      socket: stream,
      secureContext: context,
      // The name that is checked; what SNI asks for is never an address.
      host: name,
      servername: nodeNet().isIP(name) === 0 ? name : "",
      ALPNProtocols: alpn === undefined ? [] : [alpn],
      rejectUnauthorized: true,
    });
    const settle = (action: () => void): void => {
      signal.removeEventListener("abort", onAbort);
      socket.removeListener("secureConnect", onSecure).removeListener("error", onError);
      action();
    };
    const fail = (error: Error): void =>
      settle(() => {
        // A late error of a destroyed socket is nobody's business.
        socket.on("error", () => {});
        socket.destroy();
        reject(error);
      });
    const onSecure = (): void => settle(() => resolve(socket));
    const onError = (error: Error): void =>
      fail(new Error(`the TLS handshake failed: ${explainTls(error, "client")}`, { cause: error }));
    const onAbort = (): void => fail(signal.reason as Error);
    socket.on("secureConnect", onSecure).on("error", onError);
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
  });
}
