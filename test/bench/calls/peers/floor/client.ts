import { once } from "node:events";
import { connect as dial } from "node:net";
import type { EchoMessage } from "../../message.ts";
import type { Connect } from "../../peer.ts";
import { decode, send } from "./codec.ts";
import { FrameWriter, readFrames } from "./frames.ts";

/** A promise and a slot per call. */
export const connect: Connect = async (address) => {
  const socket = dial({ host: "127.0.0.1", port: Number(address), noDelay: true });
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
};
