import type { Duplex } from "node:stream";
import { CompressingCodec, deflate } from "../../codec/compression.ts";
import { firstAnswer } from "../first-answer.ts";
import { HandshakeError, show } from "../option.ts";
import type { ClientProtocol, ConnectionOwner, OpenOptions } from "../protocol.ts";
import { MuxClientConnection } from "./client.ts";
import { framing, LineReader, type Option, readOption, writeOption } from "./handshake.ts";

/** The first byte of a TLS alert, with which a server that wants TLS answers; no text has it. */
const tlsAlert = 0x15;

/** mux/1 as channels speak it. */
export const muxClient: ClientProtocol = {
  name: "mux",
  alpn: framing,
  open(stream, options, owner, signal) {
    const line = new LineReader();
    return firstAnswer(stream, signal, {
      ask: writeOption(optionOf(options)),
      read(chunk) {
        if (chunk[0] === tlsAlert) throw new HandshakeError("the server speaks TLS: dial it with tls://");
        const found = line.push(chunk);
        if (found === undefined) return undefined;
        checkAnswer(found.line);
        const server = agree(readOption(found.line), options);
        return () => open(stream, options, owner, server, chunk.subarray(found.rest));
      },
      closed: () => new HandshakeError("the server closed the connection during the handshake"),
    });
  },
};

function optionOf({ codec, compression, connectTimeout, handleTimeout, limits }: OpenOptions): Option {
  return {
    codec: codec.contentType,
    connectTimeout: connectTimeout === Infinity ? 0 : connectTimeout,
    handleTimeout: handleTimeout === Infinity ? 0 : handleTimeout,
    compression: compression === undefined ? undefined : deflate,
    accepts: limits,
  };
}

/** Tells another protocol's words apart from an Option with a mistake in it. */
function checkAnswer(line: string): void {
  if (line.trimStart().startsWith("{")) return;
  const words = show(line.slice(0, 80).trimEnd());
  throw new HandshakeError(`the peer does not speak ${framing}: it says ${words}; is it a gorpc server?`);
}

/** A server never substitutes a codec: another one in its answer is not an answer to this handshake. */
function agree(server: Option, { codec }: OpenOptions): Option {
  if (server.codec === codec.contentType) return server;
  throw new HandshakeError(
    `the server answered with the codec ${server.codec}; ${codec.contentType} was asked for`,
  );
}

function open(
  stream: Duplex,
  options: OpenOptions,
  owner: ConnectionOwner,
  server: Option,
  rest: Uint8Array,
): MuxClientConnection {
  const { codec, compression, limits } = options;
  const compresses = compression !== undefined && server.compression === deflate;
  const agreed: OpenOptions = compresses
    ? { ...options, codec: new CompressingCodec(codec, compression, limits.maxMessageBytes) }
    : options;
  const connection = new MuxClientConnection(stream, agreed, owner, server);
  connection.start(rest);
  return connection;
}
