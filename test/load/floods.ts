import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { frame, kinds, option, paths, request, varint } from "../hostile/wire.ts";

/** Something that a bad client does without a pause, until it is told to stop. */
export interface Flood {
  readonly what: string;
  /** Resolves with how often it did it. */
  run(port: number, isOver: () => boolean): Promise<number>;
}

/** A body of `Slow` that asks for a minute. */
const aMinute = Buffer.from("0a020878", "hex");
/** Frames of one write. */
const batch = 500;

function dial(port: number): Socket {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  // How a bad client's connection ends is the server's choice.
  return socket.on("error", () => {});
}

function closed(socket: Socket): Promise<unknown> {
  return socket.closed ? Promise.resolve() : once(socket, "close");
}

/** Waits until a socket takes more, for a moment at most: it may never. */
function room(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      socket.off("drain", done).off("close", done);
      resolve();
    };
    const timer = setTimeout(done, 200);
    socket.on("drain", done).on("close", done);
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Connects, says something and goes, again and again, `atOnce` connections at a time. */
async function comeAndGo(
  port: number,
  isOver: () => boolean,
  atOnce: number,
  say: (socket: Socket) => Promise<unknown>,
): Promise<number> {
  let count = 0;
  const loop = async (): Promise<void> => {
    while (!isOver()) {
      const socket = dial(port);
      socket.resume();
      await say(socket);
      socket.resetAndDestroy();
      await closed(socket);
      count++;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, loop));
  return count;
}

/** Frames on one connection, as fast as the server takes them; what it answers is read. */
async function pour(
  port: number,
  isOver: () => boolean,
  next: (i: number) => readonly Uint8Array[],
): Promise<number> {
  let count = 0;
  let socket: Socket | undefined;
  while (!isOver()) {
    if (socket === undefined || socket.destroyed) {
      socket = dial(port).resume();
      socket.write(option());
    }
    const frames: Uint8Array[] = [];
    for (let i = 0; i < batch; i++) frames.push(...next(count++));
    const settled = socket.write(Buffer.concat(frames));
    if (!settled && !socket.destroyed) await room(socket);
    await new Promise(setImmediate);
  }
  socket?.resetAndDestroy();
  return count;
}

/** Many connections that say a byte now and then; the server may end them, then others come. */
async function dribble(
  port: number,
  isOver: () => boolean,
  connections: number,
  first: string,
  rest: Uint8Array,
): Promise<number> {
  let bytes = 0;
  const loop = async (): Promise<void> => {
    while (!isOver()) {
      const socket = dial(port).resume();
      if (first !== "") socket.write(first);
      for (let i = 0; i < rest.length && !socket.destroyed && !isOver(); i++, bytes++) {
        socket.write(rest.subarray(i, i + 1));
        await pause(100);
      }
      socket.destroy();
      await closed(socket);
    }
  };
  await Promise.all(Array.from({ length: connections }, loop));
  return bytes;
}

const handshake = (socket: Socket): Promise<unknown> => {
  socket.write(option());
  return Promise.race([once(socket, "data").catch(() => {}), closed(socket)]);
};

export const floods: Readonly<Record<string, Flood>> = {
  opens: {
    what: "connections that shake hands and are reset",
    run: (port, isOver) => comeAndGo(port, isOver, 50, handshake),
  },
  resets: {
    what: "connections that are reset with 20 calls in flight",
    run: (port, isOver) =>
      comeAndGo(port, isOver, 20, async (socket) => {
        await handshake(socket);
        const calls = Array.from({ length: 20 }, (_, i) =>
          request(i + 1, { method: i === 0 ? paths.slow : 0, timeout: 60_000 }, aMinute),
        );
        socket.write(Buffer.concat(calls));
        await pause(1);
      }),
  },
  pings: {
    what: "PING frames",
    run: (port, isOver) => pour(port, isOver, () => [frame(kinds.PING, 0, Buffer.alloc(8))]),
  },
  cancels: {
    what: "calls that are cancelled at once",
    run: (port, isOver) =>
      pour(port, isOver, (i) => [
        request(i + 1, { method: paths.slow, timeout: 60_000 }, aMinute),
        frame(kinds.CANCEL, i + 1),
      ]),
  },
  "tiny frames": {
    what: "frames of a few bytes for calls that are not there",
    run: (port, isOver) =>
      pour(port, isOver, (i) => [frame(kinds.MESSAGE, i + 1), frame(kinds.WINDOW, i + 1, varint(1))]),
  },
  handshakes: {
    what: "bytes of 800 handshakes, one each 0.1 s",
    run: (port, isOver) => dribble(port, isOver, 800, "", Buffer.from(option())),
  },
  requests: {
    what: "bytes of a REQUEST on each of 800 connections, one each 0.1 s",
    run: (port, isOver) =>
      dribble(port, isOver, 800, option(), request(1, { method: paths.blob }, Buffer.alloc(10_000))),
  },
};
