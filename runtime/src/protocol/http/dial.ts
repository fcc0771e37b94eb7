import type { Duplex } from "node:stream";
import { firstAnswer } from "../first-answer.ts";
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
  const reader = new HeadReader();
  return firstAnswer(stream, signal, {
    ask: `CONNECT ${path} HTTP/1.0\n\n`,
    read(chunk) {
      const head = reader.push(chunk);
      if (head === "more") return undefined;
      if (head === "tooLarge") throw new HandshakeError(`the answer to CONNECT ${path} does not end`);
      checkStatus(head.lines[0] ?? "", path);
      // Until somebody listens again, nothing may be lost.
      stream.pause();
      return () => head.rest;
    },
    closed: () =>
      new HandshakeError(
        `the server closed the connection and did not answer CONNECT ${path}; does it speak HTTP?`,
      ),
  });
}

function checkStatus(line: string, path: string): void {
  if (/^HTTP\/1\.[01] 200(?: |$)/.test(line)) return;
  const answer = JSON.stringify(line.slice(0, maxShown));
  throw new HandshakeError(
    `the server answered CONNECT ${path} with ${answer}; is that the path (option path)?`,
  );
}
