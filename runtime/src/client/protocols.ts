import { muxClient } from "../protocol/mux/dial.ts";
import type { ClientProtocol } from "../protocol/protocol.ts";

/** What servers may speak. */
export type ProtocolName = "mux" | "net/rpc" | "jsonrpc" | "classic";

/** All but mux load when the first connection is made: who does not use them does not pay. */
const protocols: Readonly<Record<ProtocolName, ClientProtocol>> = {
  mux: muxClient,
  "net/rpc": later("net/rpc", async () => (await import("../protocol/net-rpc/dial.ts")).netRpcClient),
  jsonrpc: later("jsonrpc", async () => (await import("../protocol/json-rpc/dial.ts")).jsonRpcClient),
  classic: later("classic", async () => (await import("../protocol/classic/dial.ts")).classicClient),
};

/** @throws TypeError where there is no such protocol */
export function protocolOf(name: string): ClientProtocol {
  if (Object.hasOwn(protocols, name)) return protocols[name as ProtocolName];
  const known = Object.keys(protocols).map((each) => JSON.stringify(each));
  throw new TypeError(`there is no protocol ${JSON.stringify(name)}; channels speak ${known.join(", ")}`);
}

/** What each protocol takes of the options that are not for all. */
const taken: Readonly<Record<"codec" | "compression" | "path", readonly string[]>> = {
  codec: ["mux", "classic"],
  compression: ["mux"],
  path: ["net/rpc", "classic"],
};

/** What {@link checkOptions} looks at. */
interface ProtocolOptions {
  readonly codec?: string | undefined;
  readonly compression?: unknown;
  readonly path?: string | undefined;
}

const classicCodecs: readonly string[] = ["application/gob", "application/json"];

/** @throws TypeError for an option that the protocol cannot follow */
export function checkOptions(name: string, options: ProtocolOptions): void {
  for (const [option, names] of Object.entries(taken)) {
    const value = options[option as keyof ProtocolOptions];
    if (value === undefined || value === false || names.includes(name)) continue;
    throw new TypeError(`${name} has no use for the option ${option}; it is for ${names.join(" and ")}`);
  }
  const { codec, path } = options;
  if (name === "classic" && codec !== undefined && !classicCodecs.includes(codec)) {
    throw new TypeError(
      `classic speaks ${classicCodecs.join(" or ")}, not ${JSON.stringify(codec)} (option codec)`,
    );
  }
  // It goes into the request's first line as it is.
  if (path !== undefined && !/^\/[\x21-\x7e]{0,1023}$/.test(path)) {
    throw new TypeError(`path is ${JSON.stringify(path)}: it takes a path such as "/_goRPC_"`);
  }
}

function later(name: string, load: () => Promise<ClientProtocol>): ClientProtocol {
  return {
    name,
    alpn: undefined,
    async open(stream, options, owner, signal) {
      // Whatever happens to it before somebody listens must not end the process.
      stream.on("error", () => {});
      const protocol = await load();
      return protocol.open(stream, options, owner, signal);
    },
  };
}
