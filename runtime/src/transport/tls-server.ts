import type { Duplex } from "node:stream";
import type { Server, TLSSocket } from "node:tls";
import { describeCertificate, type PeerCertificate } from "./certificate.ts";
import { nodeTls } from "./node-tls.ts";
import { serverContext } from "./tls-context.ts";
import { explainTls } from "./tls-failure.ts";
import type { ServerTlsOptions } from "./tls-options.ts";

/** How a handshake ended. */
export type Handshake =
  | {
      readonly kind: "secure";
      readonly stream: Duplex;
      /** The client's, checked. */
      readonly certificate: PeerCertificate | undefined;
      /** Why the client is to be refused: for want of a certificate, or for the one that it has. */
      readonly refusal: string | undefined;
    }
  | { readonly kind: "failed"; readonly reason: string };

type OnDone = (handshake: Handshake) => void;

/** TLS as servers speak it, over streams that others have accepted. */
export class TlsServer {
  readonly #alpn: readonly string[];
  readonly #waiting = new WeakMap<Duplex, OnDone>();
  #server: Server;

  /**
   * @param alpn - what a client may ask for; one that says nothing by ALPN may come, too: other protocols than mux have no name there
   * @throws TypeError where the certificates or the key cannot be used
   */
  constructor(options: ServerTlsOptions, alpn: readonly string[]) {
    this.#alpn = alpn;
    this.#server = this.#serverFor(options);
  }

  /**
   * Takes other certificates for handshakes that begin from now on.
   * @throws TypeError where they cannot be used; the former ones then stay
   */
  update(options: ServerTlsOptions): void {
    this.#server = this.#serverFor(options);
  }

  /**
   * Shakes hands over a stream, whose listeners are gone.
   * @param first - what was read of it already
   * @param onDone - called once, whatever happens
   */
  accept(stream: Duplex, first: Uint8Array, onDone: OnDone): void {
    this.#waiting.set(stream, onDone);
    stream.pause();
    stream.unshift(first);
    // Half-open while it shakes hands, one that has left would keep its place until the timeout.
    stream.allowHalfOpen = false;
    this.#server.emit("connection", stream);
  }

  #serverFor(options: ServerTlsOptions): Server {
    const context = serverContext(options);
    const { ca, clientCertificates } = options;
    const server = nodeTls().createServer({
      ...context,
      ALPNProtocols: [...this.#alpn],
      requestCert: ca !== undefined,
      // A client is refused in words, behind the handshake: an alert would not say why.
      rejectUnauthorized: false,
      // Whoever hands over the stream has a timeout of its own.
      handshakeTimeout: 0,
    });
    const required = ca !== undefined && clientCertificates !== "optional";
    server.on("secureConnection", (socket) => this.#onSecure(socket, ca !== undefined, required));
    server.on("tlsClientError", (error, socket) => {
      this.#take(socket)?.({ kind: "failed", reason: explainTls(error, "server") });
      socket.destroy();
    });
    return server;
  }

  #onSecure(socket: TLSSocket, asked: boolean, required: boolean): void {
    const onDone = this.#take(socket);
    if (onDone === undefined) return void socket.destroy();
    socket.allowHalfOpen = true;
    const shown = asked ? socket.getPeerX509Certificate() : undefined;
    const certificate = shown !== undefined && socket.authorized ? describeCertificate(shown) : undefined;
    const refusal = certificate === undefined ? refusalOf(socket, shown !== undefined, required) : undefined;
    onDone({ kind: "secure", stream: socket, certificate, refusal });
  }

  /** Node keeps the stream that a TLS socket was made over there, and tells nowhere else which socket came of which. */
  #take(socket: TLSSocket): OnDone | undefined {
    const stream = (socket as unknown as { readonly _parent: Duplex })._parent;
    const onDone = this.#waiting.get(stream);
    this.#waiting.delete(stream);
    return onDone;
  }
}

function refusalOf(socket: TLSSocket, shown: boolean, required: boolean): string | undefined {
  if (shown) {
    // Typed as an error; it is the code of one.
    const code = String(socket.authorizationError);
    return explainTls(Object.assign(new Error(code), { code }), "server");
  }
  if (!required) return undefined;
  return "this server takes only clients with a certificate, and none was shown: give one with the options tls.cert and tls.key";
}
