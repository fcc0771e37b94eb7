import { detectClassic } from "./classic/detect.ts";
import { detectHttp } from "./http/detect.ts";
import { detectJsonRpc } from "./json-rpc/detect.ts";
import { muxServer } from "./mux/accept.ts";
import { detectMux } from "./mux/detect.ts";
import { framing } from "./mux/handshake.ts";
import { detectGob } from "./net-rpc/detect.ts";
import type { Detection, SpokenProtocol } from "./protocol.ts";

/** What a server speaks on its one port, in the order in which they are asked. All but the first load when they are needed. */
const protocols: readonly SpokenProtocol[] = [
  { name: framing, detect: detectMux, load: () => muxServer },
  {
    name: "net/rpc",
    detect: detectGob,
    load: async () => (await import("./net-rpc/accept.ts")).netRpcServer,
  },
  {
    name: "jsonrpc",
    detect: detectJsonRpc,
    load: async () => (await import("./json-rpc/accept.ts")).jsonRpcServer,
  },
  {
    name: "classic",
    detect: detectClassic,
    load: async () => (await import("./classic/accept.ts")).classicServer,
  },
  {
    name: "HTTP",
    detect: detectHttp,
    load: async () => (await import("./http/accept.ts")).httpServer,
  },
];

/** What the first bytes of a connection say. */
export type Detected =
  | { readonly kind: "protocol"; readonly protocol: SpokenProtocol }
  | { readonly kind: "more" }
  | { readonly kind: "unknown"; readonly reason: string };

/** Finds the protocol that begins with these bytes. */
export function detectProtocol(first: Uint8Array): Detected {
  if (first.length === 0) return { kind: "more" };
  const answers = protocols.map((protocol): [SpokenProtocol, Detection] => [
    protocol,
    protocol.detect(first),
  ]);
  const found = answers.find(([, answer]) => answer === "yes");
  if (found !== undefined) return { kind: "protocol", protocol: found[0] };
  if (detectTls(first) === "more" || answers.some(([, answer]) => answer === "more")) return { kind: "more" };
  return { kind: "unknown", reason: explain(first) };
}

/** Whether a connection begins with a TLS handshake. */
export function detectTls(first: Uint8Array): Detection {
  if (first[0] !== 0x16) return first.length === 0 ? "more" : "no";
  if (first.length === 1) return "more";
  return first[1] === 0x03 ? "yes" : "no";
}

/** What it looks like, for whoever reads the log. */
function explain(first: Uint8Array): string {
  const spoken = protocols.map(({ name }) => name).join(", ");
  return `${guess(first)}; this port speaks ${spoken}`;
}

function guess(first: Uint8Array): string {
  const [a = 0, b = 0] = first;
  if (detectTls(first) === "yes")
    return "it begins like TLS, and there is no certificate for it (option tls)";
  if (a === 0x7b && b < 0x7f) return "it begins with JSON that is neither an Option nor a call";
  if (a >= 0x01 && a <= 0x7f && (b === 0x7f || b === 0xfe || b === 0xff))
    return "it begins like Go's gob, but not with a call of net/rpc";
  return `it begins with the bytes ${Buffer.from(first.subarray(0, 8)).toString("hex")}`;
}
