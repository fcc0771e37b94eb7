import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";

/**
 * How the bytes of one direction travel: as they come; one at a time, each in a packet of its own as far as the system lets it; or in
 * pieces of any size with pauses of any length between them.
 */
export type Pace = "as is" | "bytes" | "pauses";

/** In bytes and in ms. */
const most = { piece: 60, pause: 3 };

/** A proxy in front of a TCP address that cuts what goes through. Returns its own address. */
export async function dribbling(target: string, up: Pace, down: Pace): Promise<string> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ host: hostname, port: Number(port), noDelay: true });
    for (const socket of [near, far]) sockets.add(socket.on("error", () => {}));
    void forward(near, far, up);
    void forward(far, near, down);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function forward(from: Socket, to: Socket, pace: Pace): Promise<void> {
  try {
    for await (const chunk of from as AsyncIterable<Buffer>) {
      if (pace === "as is") to.write(chunk);
      else if (pace === "bytes")
        await inPieces(
          chunk,
          to,
          () => 1,
          () => new Promise(setImmediate),
        );
      else
        await inPieces(
          chunk,
          to,
          () => 1 + random(most.piece),
          () => sleep(random(most.pause)),
        );
    }
  } catch {
    // One end is gone: so is the other.
  }
  to.end();
}

async function inPieces(
  chunk: Buffer,
  to: Socket,
  size: () => number,
  pause: () => Promise<unknown>,
): Promise<void> {
  for (let at = 0; at < chunk.length;) {
    const end = at + size();
    to.write(chunk.subarray(at, end));
    at = end;
    await pause();
  }
}

/** The same in every run. */
const random = (() => {
  let state = 20_261_126;
  return (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * (below + 1));
  };
})();
