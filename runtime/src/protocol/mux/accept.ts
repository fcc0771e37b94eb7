import type { Duplex } from "node:stream";
import type { Codec } from "../../codec/codec.ts";
import { CompressingCodec, deflate } from "../../codec/compression.ts";
import { findCodec } from "../../codec/find-codec.ts";
import { knownContentTypes } from "../../codec/register-codec.ts";
import type { RemotePeer } from "../../transport/transport.ts";
import { endWith } from "../linger.ts";
import { logRefusal } from "../log-refusal.ts";
import { HandshakeError, writeRefusal } from "../option.ts";
import type { ServerHost, ServerProtocol } from "../protocol.ts";
import { framing, LineReader, type Option, readOption, writeOption } from "./handshake.ts";
import { MuxServerConnection } from "./server.ts";

/** mux/1 as servers speak it. */
export const muxServer: ServerProtocol = {
  name: framing,
  serve(stream, first, peer, host) {
    const line = new LineReader();
    const onData = (chunk: Uint8Array): void => {
      try {
        const found = line.push(chunk);
        if (found === undefined) return;
        stream.off("data", onData);
        accept(stream, found.line, chunk.subarray(found.rest), peer, host);
      } catch (error) {
        stream.off("data", onData);
        refuse(stream, error as Error, peer, host);
      }
    };
    stream.on("data", onData);
    onData(first);
  },
  refuse: sendRefusal,
};

function accept(stream: Duplex, line: string, rest: Uint8Array, peer: RemotePeer, host: ServerHost): void {
  const client = readOption(line);
  const codec = findCodec(client.codec);
  if (codec === undefined) {
    const asked = JSON.stringify(client.codec.slice(0, 200));
    const known = knownContentTypes().join(", ");
    throw new HandshakeError(`this server has no codec ${asked}; it has ${known} (registerCodec adds one)`);
  }
  if (codec.load === undefined) return agree(stream, client, codec, rest, peer, host);
  // What comes meanwhile waits in the stream.
  stream.pause();
  codec.load().then(
    () => {
      if (!stream.destroyed) agree(stream, client, codec, rest, peer, host);
    },
    (error: Error) => {
      const reason = `the codec ${codec.contentType} could not be loaded: ${error.message}`;
      refuse(stream, new HandshakeError(reason), peer, host);
    },
  );
}

function agree(
  stream: Duplex,
  client: Option,
  codec: Codec,
  rest: Uint8Array,
  peer: RemotePeer,
  host: ServerHost,
): void {
  const { compression, limits } = host;
  const compresses = compression !== undefined && client.compression === deflate;
  const answer: Option = {
    codec: codec.contentType,
    connectTimeout: client.connectTimeout,
    handleTimeout: client.handleTimeout,
    compression: compresses ? deflate : undefined,
    accepts: limits,
  };
  stream.write(writeOption(answer));
  const agreed = compresses ? new CompressingCodec(codec, compression, limits.maxMessageBytes) : codec;
  const connection = new MuxServerConnection(stream, peer, host, agreed, client);
  host.onHandshake(connection, stream);
  connection.start(rest);
}

function refuse(stream: Duplex, error: Error, peer: RemotePeer, host: ServerHost): void {
  if (!(error instanceof HandshakeError)) throw error;
  logRefusal(host.logger, "handshake", peer.address, error.message);
  host.onRefused(stream);
  sendRefusal(stream, error.message);
}

function sendRefusal(stream: Duplex, reason: string): void {
  endWith(stream, writeRefusal(reason));
}
