import type { Duplex } from "node:stream";
import type { RemotePeer } from "../../transport/transport.ts";
import { endWith } from "../linger.ts";
import { logRefusal } from "../log-refusal.ts";
import type { ServerHost, ServerProtocol } from "../protocol.ts";
import { whenLoaded } from "../when-loaded.ts";
import { methodsPage, servicesPage } from "./debug-pages.ts";
import { HeadReader, maxHeadBytes } from "./head.ts";

/** HTTP as servers speak it: as much as Go's clients dial with, and pages for people. */
export const httpServer: ServerProtocol = {
  name: "HTTP",
  serve(stream, first, peer, host) {
    const reader = new HeadReader();
    const onData = (chunk: Uint8Array): void => {
      const head = reader.push(chunk);
      if (head === "more") return;
      stream.off("data", onData);
      if (head === "tooLarge") {
        const reason = `the request's head is longer than the ${maxHeadBytes} bytes accepted`;
        return refuse(stream, "431 Request Header Fields Too Large", reason, peer, host);
      }
      answer(stream, head.lines[0] ?? "", head.rest, peer, host);
    };
    stream.on("data", onData);
    onData(first);
  },
  refuse: (stream, reason) => endWith(stream, page("503 Service Unavailable", reason)),
};

/** By path: who serves what comes behind CONNECT, and how the connection is confirmed. */
const tunnels: Readonly<Record<string, { readonly status: string; readonly load: () => Promise<Serve> }>> = {
  "/_goRPC_": {
    status: "200 Connected to Go RPC",
    load: async () => (await import("../net-rpc/accept.ts")).serveNetRpc,
  },
  "/_goprc_": {
    status: "200 Connected to Go RPC",
    load: async () => (await import("../classic/accept.ts")).serveEchoing,
  },
  "/_geeprc_": {
    status: "200 Connected to Gee RPC",
    load: async () => (await import("../classic/accept.ts")).serveSilent,
  },
};

type Serve = ServerProtocol["serve"];

const nothing = new Uint8Array(0);

function answer(stream: Duplex, line: string, rest: Uint8Array, peer: RemotePeer, host: ServerHost): void {
  const [, method, target = "", version] = /^([A-Z]+) (\S+) (HTTP\/\d(?:\.\d)?)$/.exec(line) ?? [];
  if (method === undefined) return refuse(stream, "400 Bad Request", "this is no HTTP request", peer, host);
  if (version !== "HTTP/1.0" && version !== "HTTP/1.1") {
    return refuse(
      stream,
      "505 HTTP Version Not Supported",
      `this port speaks HTTP/1, not ${version}`,
      peer,
      host,
    );
  }
  if (method === "CONNECT") return connect(stream, target, rest, peer, host);
  if (method !== "GET" && method !== "HEAD") {
    return refuse(
      stream,
      "405 Method Not Allowed",
      `${method} is not taken: GET, HEAD and CONNECT are`,
      peer,
      host,
    );
  }
  const html = host.debugPages ? pageAt(target, host) : undefined;
  if (html === undefined) return refuse(stream, "404 Not Found", "there is no such page", peer, host);
  host.onRefused(stream);
  const text = response("200 OK", "text/html", html);
  endWith(stream, method === "HEAD" ? text.slice(0, text.indexOf("\r\n\r\n") + 4) : text);
}

function pageAt(target: string, host: ServerHost): string | undefined {
  switch (target.split("?")[0]) {
    case "/debug/rpc":
      return servicesPage(host.services());
    case "/debug/methods":
      return methodsPage(host.services());
    default:
      return undefined;
  }
}

/** Confirms first: what a client sends before it has read that, Go's own server would lose, so none does. */
function connect(stream: Duplex, path: string, rest: Uint8Array, peer: RemotePeer, host: ServerHost): void {
  const tunnel = Object.hasOwn(tunnels, path) ? tunnels[path] : undefined;
  if (tunnel === undefined) {
    const paths = Object.keys(tunnels).join(", ");
    return refuse(stream, "404 Not Found", `CONNECT is taken to ${paths}`, peer, host);
  }
  stream.write(`HTTP/1.0 ${tunnel.status}\n\n`);
  whenLoaded(stream, rest, tunnel.load(), host.logger, (serve) => serve(stream, nothing, peer, host));
}

function refuse(stream: Duplex, status: string, reason: string, peer: RemotePeer, host: ServerHost): void {
  logRefusal(host.logger, "HTTP request", peer.address, reason);
  host.onRefused(stream);
  endWith(stream, page(status, reason));
}

function page(status: string, reason: string): string {
  return response(status, "text/plain", `${reason}\n`);
}

function response(status: string, type: string, body: string): string {
  const head = [
    `HTTP/1.1 ${status}`,
    `Content-Type: ${type}; charset=utf-8`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    // Nothing that a page could be made to show may do anything.
    "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Content-Type-Options: nosniff",
    "Cache-Control: no-store",
    "Connection: close",
  ];
  if (status.startsWith("405")) head.push("Allow: GET, HEAD, CONNECT");
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}
