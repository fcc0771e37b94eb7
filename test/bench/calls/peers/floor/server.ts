/**
 * The least work that calls over node:net take: frames, one write per turn, a codec written for the one message, an async handler. No
 * errors, deadlines, limits or metadata.
 */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { EchoMessage } from "../../message.ts";
import type { Serve } from "../../peer.ts";
import { decode, send } from "./codec.ts";
import { FrameWriter, readFrames } from "./frames.ts";

export const serve: Serve = async (handle) => {
  const server = createServer((socket: Socket) => {
    socket.setNoDelay(true);
    const writer = new FrameWriter(socket);
    const answer = async (id: number, message: EchoMessage): Promise<void> => {
      send(writer, id, await handle(message));
    };
    readFrames(socket, (received, start, end, id) => void answer(id, decode(received, start, end)));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return String((server.address() as AddressInfo).port);
};
