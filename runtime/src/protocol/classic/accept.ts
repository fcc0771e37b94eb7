import type { Duplex } from "node:stream";
import { maxHandshakeBytes } from "../../limits.ts";
import { startTimer, stopTimer } from "../../timer.ts";
import type { RemotePeer } from "../../transport/transport.ts";
import { GoServerConnection } from "../go/server.ts";
import { JsonValues } from "../json-values.ts";
import { endWith } from "../linger.ts";
import { writeRefusal } from "../option.ts";
import { logRefusal } from "../log-refusal.ts";
import type { ClassicEcho, ServerHost, ServerProtocol } from "../protocol.ts";
import { LineFeed } from "./line-feed.ts";
import { type ClassicOption, readOption, writeEcho } from "./option.ts";
import { ClassicServerWire } from "./server.ts";

/** How long a client that calls at once may take to do so, in ms: one that waits for the echo sends nothing. */
const echoAfter = 50;

const nothing = new Uint8Array(0);

type Serve = ServerProtocol["serve"];

/** The classic frameworks' protocol as servers speak it. */
export const classicServer: ServerProtocol = {
  name: "classic",
  serve: (stream, first, peer, host) => serve(stream, first, peer, host, host.classicEcho),
  refuse: (stream, reason) => endWith(stream, writeRefusal(reason)),
};

/** Behind a CONNECT whose path says that the client waits for the echo. */
export const serveEchoing: Serve = (stream, first, peer, host) => serve(stream, first, peer, host, "always");

/** Behind a CONNECT whose path says that it does not. */
export const serveSilent: Serve = (stream, first, peer, host) => serve(stream, first, peer, host, "never");

function serve(
  stream: Duplex,
  first: Uint8Array,
  peer: RemotePeer,
  host: ServerHost,
  echo: ClassicEcho,
): void {
  const values = new JsonValues(maxHandshakeBytes);
  const onData = (chunk: Uint8Array): void => {
    try {
      values.push(chunk);
      const text = values.next();
      if (text === undefined) return;
      const option = readOption(text);
      stream.off("data", onData);
      new Beginning(stream, peer, host, option).begin(values.rest(), echo);
    } catch (error) {
      stream.off("data", onData);
      refuse(stream, (error as Error).message, peer, host);
    }
  };
  stream.on("data", onData);
  if (first.length > 0) onData(first);
}

function refuse(stream: Duplex, reason: string, peer: RemotePeer, host: ServerHost): void {
  logRefusal(host.logger, "handshake", peer.address, reason);
  host.onRefused(stream);
  // Only one dialect's clients read it; the other's close, as they would without a word.
  endWith(stream, writeRefusal(reason));
}

/** A connection between its Option and its first call. */
class Beginning {
  readonly #stream: Duplex;
  readonly #peer: RemotePeer;
  readonly #host: ServerHost;
  readonly #option: ClassicOption;
  readonly #lineFeed = new LineFeed();

  constructor(stream: Duplex, peer: RemotePeer, host: ServerHost, option: ClassicOption) {
    this.#stream = stream;
    this.#peer = peer;
    this.#host = host;
    this.#option = option;
  }

  /** @param rest - what came behind the Option */
  begin(rest: Uint8Array, echo: ClassicEcho): void {
    const calls = this.#lineFeed.strip(rest);
    if (echo === "always") this.#echo();
    if (echo !== "auto" || calls.length > 0) return this.#serve(calls);
    this.#waitForCall();
  }

  #waitForCall(): void {
    let isWaiting = true;
    const stop = (): void => {
      isWaiting = false;
      stopTimer(timer);
      this.#stream.off("data", onData).off("close", stop);
    };
    const onData = (chunk: Uint8Array): void => {
      const calls = this.#lineFeed.strip(chunk);
      if (calls.length === 0) return;
      stop();
      this.#serve(calls);
    };
    const giveUp = (): void => {
      if (!isWaiting) return;
      stop();
      this.#echo();
      this.#serve(nothing);
    };
    // On a busy machine the time may be over before what has come in it is read: that comes first.
    const timer = startTimer(echoAfter, () => setImmediate(giveUp));
    this.#stream.on("data", onData).on("close", stop);
  }

  #echo(): void {
    this.#stream.write(writeEcho(this.#option));
  }

  #serve(calls: Uint8Array): void {
    const { contentType, handleTimeout } = this.#option;
    const wire = new ClassicServerWire(contentType, this.#host.limits.maxMessageBytes, this.#lineFeed);
    const connection = new GoServerConnection(this.#stream, this.#peer, this.#host, wire, handleTimeout);
    this.#host.onHandshake(connection, this.#stream);
    connection.start(calls);
  }
}
