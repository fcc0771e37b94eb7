import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, DropArgument, Socket } from "node:net";
import { now } from "../../clock.ts";
import { silentLogger, type Logger } from "../../logger.ts";
import { hostAddress } from "../../transport/address.ts";
import { checkObject, InvalidJson, parseJson } from "../check.ts";
import { checkRegistered, type Registered } from "../endpoint.ts";
import { Expiry } from "./expiry.ts";
import { resolveRegistryLimits, type RegistryLimits } from "./limits.ts";
import { Refusal } from "./refusal.ts";
import { route, type Route } from "./routes.ts";
import { EndpointTable, type Listed } from "./table.ts";
import { Watchers } from "./watchers.ts";

export interface RegistryServerOptions extends Partial<RegistryLimits> {
  /** Told of what no client sees: connections refused, watchers dropped. Silent without it. */
  readonly logger?: Logger | undefined;
}

/**
 * A registry in one process: an HTTP server that servers keep telling that they are alive, and that tells callers at once
 * who comes and goes. `GET /v1/services` shows people the same.
 *
 * It keeps everything in memory: started again, it knows nobody until the servers' next renewals, and callers go on
 * with what they knew. It asks nobody who they are: let it listen where only your own can reach it.
 */
export class RegistryServer {
  readonly #limits: RegistryLimits;
  readonly #logger: Logger;
  readonly #http: Server;
  readonly #watchers: Watchers;
  readonly #table: EndpointTable;
  readonly #expiry: Expiry;
  #closing: Promise<void> | undefined;

  /** @throws RangeError for a limit out of its range */
  constructor(options: RegistryServerOptions = {}) {
    this.#limits = resolveRegistryLimits(options);
    this.#logger = options.logger ?? silentLogger;
    this.#watchers = new Watchers(this.#limits, ({ socket }, reason) => {
      this.#logger.warn("a registry's watcher was dropped", { peer: socket?.remoteAddress, reason });
    });
    this.#table = new EndpointTable(this.#limits, (name, line) => this.#watchers.tell(name, line));
    this.#expiry = new Expiry(this.#table);
    this.#http = this.#createServer();
  }

  /**
   * Listens.
   * @param url - `http://host:port`, port 0 for one that is free; only this machine can reach 127.0.0.1
   * @returns the address as bound
   * @throws TypeError for an address of the wrong form, Error where it cannot listen
   */
  async listen(url = "http://127.0.0.1:0"): Promise<string> {
    const { host, port } = parseUrl(url);
    if (this.#closing !== undefined) throw new Error("the registry is closed");
    await new Promise<void>((resolve, reject) => {
      this.#http.once("error", reject);
      this.#http.listen({ host, port }, () => {
        this.#http.removeListener("error", reject);
        resolve();
      });
    });
    const bound = this.#http.address() as AddressInfo;
    return hostAddress("tcp", bound.address, bound.port).replace("tcp:", "http:");
  }

  /** Ends every watch and connection. */
  close(): Promise<void> {
    return (this.#closing ??= new Promise((resolve) => {
      this.#expiry.stop();
      this.#watchers.close();
      this.#http.close(() => resolve());
      this.#http.closeAllConnections();
    }));
  }

  #createServer(): Server {
    const { maxHeaderBytes, requestTimeout, maxConnections, idleTimeout } = this.#limits;
    const http = createServer({
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: requestTimeout,
      requestTimeout,
      connectionsCheckingInterval: Math.min(requestTimeout, 1_000),
    });
    http.maxConnections = maxConnections;
    // Also what ends a watch that takes nothing: its keepalives then no longer count as activity.
    http.timeout = idleTimeout;
    http.on("request", (request, response) => void this.#serve(request, response));
    http.on("clientError", (error: NodeJS.ErrnoException, socket) =>
      this.#refuseGarbage(error, socket as Socket),
    );
    http.on("drop", (data?: DropArgument) => {
      const reason = `the limit is ${maxConnections} connections (option maxConnections)`;
      this.#logger.warn("a registry's connection was refused", { peer: data?.remoteAddress, reason });
    });
    return http;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#answer(route(request.method ?? "", request.url ?? ""), request, response);
    } catch (error) {
      this.#refuse(error, response);
    }
  }

  async #answer(asked: Route, request: IncomingMessage, response: ServerResponse): Promise<void> {
    switch (asked.kind) {
      case "overview":
        return reply(response, 200, { services: this.#table.names().map((name) => this.#describe(name)) });
      case "service":
        return reply(response, 200, this.#describe(asked.name));
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
        const isNew = this.#table.put(asked.name, registered, now());
        this.#expiry.by(now() + registered.ttl);
        return reply(response, isNew ? 201 : 200, { ttl: registered.ttl });
      }
      case "withdraw":
        if (this.#table.remove(asked.name, asked.id, "withdrawn")) return reply(response, 200, {});
        throw new Refusal(404, `${asked.name} has no endpoint ${asked.id}`);
    }
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

  /** What is no HTTP request at all, or not in time. */
  #refuseGarbage(error: NodeJS.ErrnoException, socket: Socket): void {
    const { maxHeaderBytes, requestTimeout } = this.#limits;
    if (!socket.writable || error.code === "ECONNRESET") return void socket.destroy();
    const [status, text] =
      error.code === "HPE_HEADER_OVERFLOW"
        ? [
            "431 Request Header Fields Too Large",
            `the headers have more than ${maxHeaderBytes} bytes (option maxHeaderBytes)`,
          ]
        : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
          ? [
              "408 Request Timeout",
              `the request took more than ${requestTimeout} ms to arrive (option requestTimeout)`,
            ]
          : ["400 Bad Request", "this is not HTTP/1.1"];
    socket.end(
      `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\n\r\n${text}\n`,
    );
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

function readBody(request: IncomingMessage, maxBodyBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk);
      size += chunk.length;
      if (size <= maxBodyBytes) return;
      // Not destroyed: that would close the connection before it carries the answer.
      request.removeListener("data", onData);
      const text = `the body has more than ${maxBodyBytes} bytes (option maxBodyBytes of the registry)`;
      reject(new Refusal(413, text, { connection: "close" }));
    };
    request.on("data", onData);
    request.once("end", () => resolve(Buffer.concat(chunks).toString()));
    request.once("error", reject);
  });
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(`${JSON.stringify(body, undefined, 2)}\n`);
}

function answerText(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { ...headers, "content-type": "text/plain; charset=utf-8" });
  response.end(`${text}\n`);
}
