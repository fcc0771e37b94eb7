import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** How the bytes of one direction travel: as they come, or one at a time, each in a packet of its own as far as the system lets it. */
export type Pace = "as is" | "bytes";

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
      if (pace === "as is") {
        to.write(chunk);
        continue;
      }
      for (const byte of chunk) {
        to.write(Buffer.of(byte));
        await new Promise(setImmediate);
      }
    }
  } catch {
    // One end is gone: so is the other.
  }
  to.end();
}
