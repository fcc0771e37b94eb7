/**
 * What no RPC library on node:net goes below: frames, one write per turn, a codec written for the one
 * message, a promise per call, an async handler. No errors, deadlines, limits or metadata.
 */
import { once } from "node:events";
import { createServer, connect as dial, type AddressInfo, type Socket } from "node:net";
import type { EchoMessage } from "../message.ts";
import type { Peer } from "../peer.ts";
import { decode, encode, sizeBound } from "./codec.ts";
import { FrameWriter, readFrames } from "./frames.ts";

async function handle(message: EchoMessage): Promise<EchoMessage> {
  return message;
}

function send(writer: FrameWriter, id: number, message: EchoMessage): void {
  const start = writer.open(sizeBound(message));
  encode(writer, message);
  writer.close(start, id);
}

function serveConnection(socket: Socket): void {
  socket.setNoDelay(true);
  const writer = new FrameWriter(socket);
  const answer = async (id: number, message: EchoMessage): Promise<void> => {
    send(writer, id, await handle(message));
  };
  readFrames(socket, (received, start, end, id) => void answer(id, decode(received, start, end)));
}

export const peer: Peer = {
  async serve() {
    const server = createServer(serveConnection).listen(0, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  },

  async connect(port) {
    const socket = dial({ host: "127.0.0.1", port, noDelay: true });
    await once(socket, "connect");
    const writer = new FrameWriter(socket);
    const waiting: ((answer: EchoMessage) => void)[] = [];
    const free: number[] = [];
    readFrames(socket, (received, start, end, id) => {
      free.push(id);
      waiting[id]!(decode(received, start, end));
    });
    return (message) =>
      new Promise((resolve) => {
        const id = free.pop() ?? waiting.length;
        waiting[id] = resolve;
        send(writer, id, message);
      });
  },
};
