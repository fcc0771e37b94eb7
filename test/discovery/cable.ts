import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A connection and what stands behind it. */
type Pair = readonly [client: Socket, server: Socket];

/** The way to a server, which a test can cut: what is sent is lost without a word then, and both ends keep their connections. */
export class Cable {
  readonly url: string;
  readonly #server: Server;
  readonly #pairs: Set<Pair>;
  readonly #way: { requests: boolean; answers: boolean };

  private constructor(server: Server, pairs: Set<Pair>, way: { requests: boolean; answers: boolean }) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#server = server;
    this.#pairs = pairs;
    this.#way = way;
  }

  static async to(url: string): Promise<Cable> {
    const pairs = new Set<Pair>();
    const way = { requests: true, answers: true };
    const { hostname, port } = new URL(url);
    const server = createServer({ allowHalfOpen: true }, (client) => {
      const upstream = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
      const pair = [client, upstream] as const;
      pairs.add(pair);
      carry(client, upstream, () => way.requests);
      carry(upstream, client, () => way.answers);
      upstream.on("close", () => pairs.delete(pair));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Cable(server, pairs, way);
  }

  /** Nothing goes these ways from now on, on connections made later neither. */
  cut(...ways: ("requests" | "answers")[]): void {
    for (const each of ways) this.#way[each] = false;
  }

  /** Connections made from now on are good; what was lost on earlier ones stays lost. */
  heal(): void {
    this.#way.requests = this.#way.answers = true;
  }

  /** The connections that there are lose everything from now on; others can be made. */
  freeze(): void {
    for (const [client, upstream] of this.#pairs) {
      for (const socket of [client, upstream]) socket.removeAllListeners("data").removeAllListeners("end");
      client.resume();
      upstream.resume();
    }
  }

  close(): void {
    this.#server.close();
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }
}

/** Passes on what comes from one end while the way is open; not that it has ended either where it is not. */
function carry(from: Socket, to: Socket, isOpen: () => boolean): void {
  let isLost = false;
  const pass = (act: () => void): void => {
    isLost ||= !isOpen();
    if (!isLost) act();
  };
  from.on("data", (chunk) => pass(() => to.write(chunk)));
  from.on("end", () => pass(() => to.end()));
  from.on("error", () => pass(() => to.destroy()));
  from.on("close", () => pass(() => to.destroy()));
}
