/** What a connection of `node:net` takes by itself: nothing is done with what it carries, which goes back as it came. */
import { once } from "node:events";
import { type AddressInfo, connect as dial, createServer } from "node:net";
import type { EchoMessage } from "../calls/message.ts";
import type { Connect, Serve } from "../calls/peer.ts";

export const serve: Serve = async () => {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on("data", (chunk) => socket.write(chunk));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return String((server.address() as AddressInfo).port);
};

/** A line of JSON for a message; answers come in order. */
export const connect: Connect = async (address) => {
  const socket = dial({ host: "127.0.0.1", port: Number(address), noDelay: true });
  await once(socket, "connect");
  const waiting: ((answer: EchoMessage) => void)[] = [];
  let rest = "";
  socket.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) waiting.shift()!(JSON.parse(line) as EchoMessage);
  });
  return (message) =>
    new Promise((resolve) => {
      waiting.push(resolve);
      socket.write(`${JSON.stringify(message)}\n`);
    });
};
