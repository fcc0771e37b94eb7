import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, DropArgument, Socket } from "node:net";
import { now } from "../../clock.ts";
import { silentLogger, type Logger } from "../../logger.ts";
import { checkNames, type OptionNames } from "../../option-names.ts";
import { hostAddress } from "../../transport/address.ts";
import { checkObject, InvalidJson, parseJson } from "../check.ts";
import type { Dialect } from "../classic/dialect.ts";
import { formatEntry, readEntry } from "../classic/entry.ts";
import { checkRegistered, type Registered } from "../endpoint.ts";
import { Access } from "./access.ts";
import { answerGarbage, answerHeaders, answerJson, answerText, readBody } from "./answers.ts";
import { Expiry } from "./expiry.ts";
import { registryLimits, resolveRegistryLimits, type RegistryLimits } from "./limits.ts";
import { full, Refusal } from "./refusal.ts";
import { route, type Route } from "./routes.ts";
import { formatSnapshot } from "./snapshot.ts";
import { SnapshotFile } from "./snapshot-file.ts";
import { EndpointTable, type Listed } from "./table.ts";
import { Watchers } from "./watchers.ts";

/** Connections above the limit that are told so; more are closed without a word. */
const told = 100;

/** What a registry asks for and keeps, and its bounds. */
export interface RegistryServerOptions extends Partial<RegistryLimits> {
  /**
   * What every request has to show, as `authorization: Bearer <token>` or as the password of any user: 1 to 1024 visible
   * ASCII characters. Everybody is served without it.
   */
  readonly token?: string | undefined;
  /**
   * A file for what is registered, in a folder that is there. A registry that starts with it knows again whom it knew, and
   * gives each its time to live to renew. It is written a second after a change, and on `close`.
   */
  readonly snapshotFile?: string | undefined;
  /** Told of what no client sees: connections refused, watchers dropped, a snapshot that is broken. Silent without it. */
  readonly logger?: Logger | undefined;
}

const names: OptionNames<RegistryServerOptions> = {
  ...registryLimits,
  token: true,
  snapshotFile: true,
  logger: true,
};

/**
 * A registry in one process: an HTTP server that servers keep telling that they are alive, and that tells callers at once
 * who comes and goes. `GET /v1/services` shows people the same. Servers and clients of the classic frameworks find what they
 * look for at `/_gorpc_/registry` and `/_geerpc_/registry`.
 *
 * There is no consensus with any other process. Started again without a snapshot file, it knows nobody until the servers'
 * next renewals, and callers go on with what they knew. Without a token it asks nobody who they are: let it listen where
 * only your own can reach it.
 */
export class RegistryServer {
  readonly #limits: RegistryLimits;
  readonly #logger: Logger;
  readonly #http: Server;
  readonly #watchers: Watchers;
  readonly #table: EndpointTable;
  readonly #expiry: Expiry;
  readonly #access: Access;
  readonly #snapshot: SnapshotFile | undefined;
  /** Connections above the limit. */
  readonly #surplus = new WeakSet<Socket>();
  #connections = 0;
  #isRestored = false;
  #closing: Promise<void> | undefined;

  /** @throws RangeError for a limit out of its range, TypeError for a token of the wrong form */
  constructor(options: RegistryServerOptions = {}) {
    checkNames("new RegistryServer()", names, options);
    this.#limits = resolveRegistryLimits(options);
    this.#logger = options.logger ?? silentLogger;
    this.#watchers = new Watchers(this.#limits, ({ socket }, reason) => {
      this.#logger.warn("a registry's watcher was dropped", { peer: socket?.remoteAddress, reason });
    });
    this.#table = new EndpointTable(this.#limits, (name, line) => {
      this.#watchers.tell(name, line);
      this.#snapshot?.changed();
    });
    this.#expiry = new Expiry(this.#table);
    this.#access = new Access(options.token);
    const { snapshotFile } = options;
    this.#snapshot =
      snapshotFile === undefined
        ? undefined
        : new SnapshotFile(snapshotFile, () => formatSnapshot(this.#table.texts()), this.#logger);
    this.#http = this.#createServer();
  }

  /**
   * Listens.
   * @param url - `http://host:port`, port 0 for one that is free; only this machine can reach 127.0.0.1
   * @returns the address as bound
   * @throws TypeError for an address of the wrong form, Error that says why it cannot listen, with the system's `code`, or not use its snapshot file
   */
  async listen(url = "http://127.0.0.1:0"): Promise<string> {
    const { host, port } = parseUrl(url);
    await this.#restore();
    if (this.#closing !== undefined) throw new Error("the registry is closed");
    try {
      await once(this.#http.listen({ host, port }), "listening");
    } catch (error) {
      const { listenFailure } = await import("../../transport/listen-failure.ts");
      throw listenFailure(url, "port", error);
    }
    this.#snapshot?.start();
    const bound = this.#http.address() as AddressInfo;
    return hostAddress("tcp", bound.address, bound.port).replace("tcp:", "http:");
  }

  /** Ends every watch and connection, and writes the snapshot. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#expiry.stop();
    this.#watchers.close();
    await new Promise<void>((resolve) => {
      this.#http.close(() => resolve());
      this.#http.closeAllConnections();
    });
    await this.#snapshot?.close();
  }

  /** Once: what has expired since then must not come back with another attempt to listen. */
  async #restore(): Promise<void> {
    if (this.#snapshot === undefined || this.#isRestored) return;
    const registrations = await this.#snapshot.read(2 * this.#limits.maxTableBytes + 1024 * 1024);
    if (this.#closing !== undefined) return;
    this.#isRestored = true;
    let left = 0;
    let reason: unknown;
    for (const { name, registered } of registrations) {
      try {
        this.#put(name, registered);
      } catch (error) {
        left++;
        reason = error;
      }
    }
    if (left > 0)
      this.#logger.warn("the registry has no room for its whole snapshot", { left, error: reason });
  }

  #createServer(): Server {
    const { maxHeaderBytes, requestTimeout, maxConnections, idleTimeout } = this.#limits;
    const http = createServer({
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: requestTimeout,
      requestTimeout,
      connectionsCheckingInterval: Math.min(requestTimeout, 1_000),
    });
    http.maxConnections = maxConnections + told;
    http.on("connection", (socket: Socket) => this.#count(socket));
    // Also what ends a watch that takes nothing: its keepalives then no longer count as activity.
    http.timeout = idleTimeout;
    http.on("request", (request, response) => void this.#serve(request, response));
    http.on("clientError", (error: NodeJS.ErrnoException, socket) =>
      this.#refuseGarbage(error, socket as Socket),
    );
    http.on("drop", (data?: DropArgument) => this.#logRefused(data?.remoteAddress));
    return http;
  }

  #count(socket: Socket): void {
    socket.once("close", () => this.#connections--);
    if (++this.#connections <= this.#limits.maxConnections) return;
    this.#surplus.add(socket);
    this.#logRefused(socket.remoteAddress);
  }

  #logRefused(peer: string | undefined): void {
    const reason = `the limit is ${this.#limits.maxConnections} connections (option maxConnections)`;
    this.#logger.warn("a registry's connection was refused", { peer, reason });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      this.#checkConnection(request.socket);
      this.#access.check(request.headers.authorization);
      await this.#answer(route(request.method ?? "", request.url ?? ""), request, response);
    } catch (error) {
      this.#refuse(error, response);
    }
  }

  #checkConnection(socket: Socket): void {
    if (!this.#surplus.has(socket)) return;
    const { status, message } = full(
      "no room for another connection",
      "maxConnections",
      this.#limits.maxConnections,
    );
    throw new Refusal(status, message, { connection: "close" });
  }

  async #answer(asked: Route, request: IncomingMessage, response: ServerResponse): Promise<void> {
    switch (asked.kind) {
      case "overview":
        return answerJson(response, 200, {
          services: this.#table.names().map((name) => this.#describe(name)),
        });
      case "service":
        return answerJson(response, 200, this.#describe(asked.name));
      case "watch":
        return this.#watchers.add(asked.name, response, () => ({
          kind: "snapshot",
          keepalive: this.#limits.keepalive,
          endpoints: this.#table.list(asked.name, now()),
        }));
      case "register": {
        const registered = this.#readRegistration(
          await readBody(request, this.#limits.maxBodyBytes),
          asked.id,
        );
        const isNew = this.#put(asked.name, registered);
        return answerJson(response, isNew ? 201 : 200, { ttl: registered.ttl });
      }
      case "withdraw":
        if (this.#table.remove(asked.name, asked.id, "withdrawn")) return answerJson(response, 200, {});
        throw new Refusal(404, `${asked.name} has no endpoint ${asked.id}`);
      case "heartbeat":
        await readBody(request, this.#limits.maxBodyBytes);
        this.#put(asked.name, this.#readHeartbeat(request, asked.dialect));
        return answerHeaders(response, {});
      case "classic list":
        return answerHeaders(response, { [asked.dialect.serversHeader]: this.#entries(asked.name).join() });
    }
  }

  /** @returns whether it is new */
  #put(name: string, registered: Registered): boolean {
    const isNew = this.#table.put(name, registered, now());
    this.#expiry.by(now() + registered.ttl);
    return isNew;
  }

  #readHeartbeat({ headers }: IncomingMessage, dialect: Dialect): Registered {
    const { serverHeader } = dialect;
    const endpoint = readEntry(headers[serverHeader.toLowerCase()], serverHeader, dialect);
    return { endpoint, ttl: this.#limits.classicTtl };
  }

  /** Those that clients of the classic frameworks can call. */
  #entries(name: string): string[] {
    const entries = this.#table.list(name, now()).map(({ endpoint }) => formatEntry(endpoint));
    return [...new Set(entries.filter((entry) => entry !== undefined))];
  }

  #readRegistration(body: string, id: string): Registered {
    const { minTtl, maxTtl } = this.#limits;
    const json = checkObject(parseJson(body, "the body"), "the body");
    const registered = checkRegistered({ ...json, id }, "the body");
    const { ttl } = registered;
    if (ttl < minTtl)
      throw new Refusal(400, `ttl is ${ttl} ms: the least is ${minTtl} (option minTtl of the registry)`);
    if (ttl > maxTtl)
      throw new Refusal(400, `ttl is ${ttl} ms: the most is ${maxTtl} (option maxTtl of the registry)`);
    return registered;
  }

  #describe(name: string): object {
    return {
      name,
      watchers: this.#watchers.count(name),
      endpoints: this.#table.list(name, now()).map(forPeople),
    };
  }

  #refuse(error: unknown, response: ServerResponse): void {
    if (response.headersSent || response.destroyed) return void response.destroy();
    if (error instanceof InvalidJson) return answerText(response, 400, error.message);
    if (error instanceof Refusal) return answerText(response, error.status, error.message, error.headers);
    this.#logger.error("the registry failed to answer", { error });
    answerText(response, 500, "the registry failed");
  }

  #refuseGarbage(error: NodeJS.ErrnoException, socket: Socket): void {
    if (!socket.writable || error.code === "ECONNRESET") return void socket.destroy();
    socket.end(answerGarbage(error, this.#limits));
  }
}

function forPeople({ endpoint, ttl, expiresIn }: Listed): object {
  return { ...endpoint, ttl, expiresIn: Math.round(expiresIn) };
}

function parseUrl(url: string): { host: string; port: number } {
  const match = /^http:\/\/(?:\[([^\]]+)\]|([^:/@\s]+)):(\d{1,5})\/?$/.exec(url);
  const port = Number(match?.[3]);
  if (match !== null && port <= 65_535) return { host: (match[1] ?? match[2])!, port };
  throw new TypeError(`${url} is not an address that a registry can listen at: write http://host:port`);
}
