/** What no library on node:net goes below: lengths and bodies, many small ones in one write, a large one as it is. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { Serve, Source } from "../../peer.ts";

const headerSize = 4;
const roomy = 64 * 1024;

export const serve: Serve = async (source) => {
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", (request) => send(socket, source, request.readUInt32BE(0)));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return String((server.address() as AddressInfo).port);
};

function send(socket: Socket, source: Source, bytes: number): void {
  const bodies = source(bytes);
  const writeSome = bytes < roomy / 2 ? writeMany : writeOne;
  const write = (): void => {
    while (!socket.destroyed && writeSome(socket, bodies, bytes));
  };
  socket.on("drain", write);
  write();
}

function writeMany(socket: Socket, bodies: Iterator<Uint8Array, never>, bytes: number): boolean {
  const buffer = Buffer.allocUnsafe(roomy);
  let at = 0;
  while (at + headerSize + bytes <= roomy) {
    buffer.writeUInt32BE(bytes, at);
    buffer.set(bodies.next().value, at + headerSize);
    at += headerSize + bytes;
  }
  return socket.write(buffer.subarray(0, at));
}

function writeOne(socket: Socket, bodies: Iterator<Uint8Array, never>, bytes: number): boolean {
  const header = Buffer.allocUnsafe(headerSize);
  header.writeUInt32BE(bytes);
  socket.cork();
  socket.write(header);
  const more = socket.write(bodies.next().value);
  socket.uncork();
  return more;
}
