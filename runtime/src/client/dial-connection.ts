import type { Duplex } from "node:stream";
import { RpcError } from "../errors.ts";
import type { ClientProtocol, Connection, ConnectionOwner, OpenOptions } from "../protocol/protocol.ts";
import { startTimer, stopTimer } from "../timer.ts";
import { waitUntil } from "./deadline.ts";

/** What a connection is made of. */
export interface DialOptions extends OpenOptions {
  readonly protocol: ClientProtocol;
  /** Gets a fresh stream to the address; says by `onHandshake` when it has connected and shakes hands below the protocol. */
  readonly dial: (signal: AbortSignal, onHandshake: () => void) => Promise<Duplex>;
}

/**
 * Dials and shakes hands, both within the connect timeout.
 * @param stop - gives up at once
 * @throws RpcError that names the target and what failed
 */
export async function dialConnection(
  options: DialOptions,
  owner: ConnectionOwner,
  stop: AbortSignal,
): Promise<Connection> {
  const { connectTimeout } = options;
  const attempt = new AbortController();
  let doing = `the codec ${options.codec.contentType} did not load`;
  const giveUp = (): void => attempt.abort(stop.reason);
  const onTimeout = (): void => {
    attempt.abort(
      new Error(`the connect timeout of ${connectTimeout} ms ran out (option connectTimeout): ${doing}`),
    );
  };
  if (stop.aborted) giveUp();
  stop.addEventListener("abort", giveUp);
  const timer = startTimer(connectTimeout, onTimeout);
  try {
    if (options.codec.load !== undefined) {
      const loaded = options.codec.load();
      await waitUntil(loaded, Infinity, [attempt.signal], () => new Error(doing));
    }
    doing = "the address did not answer";
    const stream = await options.dial(attempt.signal, () => {
      doing = "the peer took the connection and did not finish the TLS handshake; does it speak TLS?";
    });
    doing = "the peer took the connection and did not answer the handshake; is it a gorpc server?";
    return await options.protocol.open(stream, options, owner, attempt.signal);
  } catch (error) {
    throw await connectError(options.target, error);
  } finally {
    stopTimer(timer);
    stop.removeEventListener("abort", giveUp);
  }
}

async function connectError(target: string, error: unknown): Promise<RpcError> {
  if (error instanceof RpcError) return error;
  const reason = isAlert(error) ? await explained(error) : reasonOf(error);
  return new RpcError("UNAVAILABLE", reason, { prefix: target, sent: "no", cause: error });
}

/** A late one: in TLS 1.3 a client hears what a server thinks of its certificate after its own side is done. */
function isAlert(error: unknown): error is NodeJS.ErrnoException {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === "string" && code.startsWith("ERR_SSL_");
}

/** In words that have come with what dials TLS. */
async function explained(alert: NodeJS.ErrnoException): Promise<string> {
  const { explainTls } = await import("../transport/tls-failure.ts");
  return `TLS failed: ${explainTls(alert, "client")}`;
}

/** Node reports several addresses of one name, each with its own failure, in an error without a message. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}
