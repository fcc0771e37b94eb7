import type { Duplex } from "node:stream";
import { HandshakeError } from "../option.ts";
import { HeadReader } from "./head.ts";

/** Characters of an unexpected answer that errors repeat. */
const maxShown = 200;

/**
 * Asks a server that speaks HTTP for one of its RPC protocols, as Go's `rpc.DialHTTPPath` does.
 * @param signal - gives up; the stream is then destroyed
 * @returns what came behind the answer
 * @throws HandshakeError (the promise rejects) where the server does not agree
 */
export function connectThrough(stream: Duplex, path: string, signal: AbortSignal): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const reader = new HeadReader();
    const settle = (action: () => void): void => {
      stream.off("data", onData).off("error", onError).off("close", onClose).off("end", onClose);
      signal.removeEventListener("abort", onAbort);
      action();
    };
    const fail = (error: Error): void =>
      settle(() => {
        // A late error of a destroyed stream is nobody's business.
        stream.on("error", () => {});
        stream.destroy();
        reject(error);
      });
    const onError = (error: Error): void => fail(error);
    const onAbort = (): void => fail(signal.reason as Error);
    const onClose = (): void =>
      fail(
        new HandshakeError(
          `the server closed the connection and did not answer CONNECT ${path}; does it speak HTTP?`,
        ),
      );
    const onData = (chunk: Uint8Array): void => {
      try {
        const head = reader.push(chunk);
        if (head === "more") return;
        if (head === "tooLarge") throw new HandshakeError(`the answer to CONNECT ${path} does not end`);
        checkStatus(head.lines[0] ?? "", path);
        // Until somebody listens again, nothing may be lost.
        stream.pause();
        settle(() => resolve(head.rest));
      } catch (error) {
        fail(error as Error);
      }
    };
    if (signal.aborted) return onAbort();
    if (stream.destroyed) return onClose();
    stream.on("data", onData).on("error", onError).on("close", onClose).on("end", onClose);
    signal.addEventListener("abort", onAbort);
    stream.write(`CONNECT ${path} HTTP/1.0\n\n`);
  });
}

function checkStatus(line: string, path: string): void {
  if (/^HTTP\/1\.[01] 200(?: |$)/.test(line)) return;
  const answer = JSON.stringify(line.slice(0, maxShown));
  throw new HandshakeError(
    `the server answered CONNECT ${path} with ${answer}; is that the path (option path)?`,
  );
}
