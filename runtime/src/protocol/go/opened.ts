import type { Duplex } from "node:stream";
import { connectThrough } from "../http/dial.ts";
import { HandshakeError } from "../option.ts";
import type { OpenOptions } from "../protocol.ts";

/**
 * Makes a fresh stream ready for calls. Servers of these protocols speak only when called, so that there is nothing to wait for but the
 * answer to CONNECT, where the protocol goes through HTTP.
 * @returns what was read behind that
 */
export async function opened(
  stream: Duplex,
  { path }: OpenOptions,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (path !== undefined) return connectThrough(stream, path, signal);
  if (signal.aborted || stream.destroyed) {
    stream.on("error", () => {});
    stream.destroy();
    throw signal.aborted
      ? (signal.reason as Error)
      : new HandshakeError("the server closed the connection at once");
  }
  return new Uint8Array(0);
}
