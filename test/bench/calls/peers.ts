import { goVersion } from "../../interop/go.ts";
import type { Needs } from "../contenders.ts";

/** A part of the bench that runs the peers of `calls/peers`, too. */
type OtherPart = "start" | "size" | "memory";

/** What is measured. Its name is a folder in `peers/`. */
export interface PeerInfo extends Needs {
  /** What is measured besides its calls. */
  readonly also: readonly OtherPart[];
  /** It is no Node program: `main.go` in its folder takes and gives what `process.ts` does. */
  readonly go?: true;
  /** It answers in the order of the requests: one that is not answered holds up those behind it. */
  readonly inOrder?: true;
}

const every: readonly OtherPart[] = ["start", "size", "memory"];
const connect = ["@connectrpc/connect-node", "@connectrpc/connect", "@bufbuild/protobuf"];

/** In the order of the tables. */
const table = {
  floor: { packages: [], also: ["start", "memory"] },
  "floor-balanced": { packages: [], also: [] },
  gorpc: { packages: [], also: every },
  "gorpc-propagating": { packages: [], also: [] },
  "gorpc-balanced": { packages: [], also: [] },
  "go-net-rpc": {
    packages: [],
    also: [],
    go: true,
    missing: () => (goVersion() === undefined ? "there is no Go here" : undefined),
  },
  // Its client is a node of a mesh that waits for gossip: when it starts and how many fit in a process says nothing of its calls.
  moleculer: { packages: ["moleculer"], also: ["size"] },
  fastify: { packages: ["fastify", "undici"], also: every, inOrder: true },
  capnweb: { packages: ["capnweb", "ws"], also: every },
  thrift: { packages: ["thrift"], also: every },
  trpc: { packages: ["@trpc/client", "@trpc/server", "ws"], also: every },
  "grpc-js": { packages: ["@grpc/grpc-js", "@bufbuild/protobuf"], also: every },
  connect: { packages: connect, also: every },
  "connect-grpc": { packages: connect, also: [] },
} as const satisfies Record<string, PeerInfo>;

export type PeerName = keyof typeof table;

export const peers: Readonly<Record<PeerName, PeerInfo>> = table;

/** The peers that another part runs, too. */
export function peersOf(part: OtherPart): Readonly<Record<string, PeerInfo>> {
  return Object.fromEntries(Object.entries(peers).filter(([, { also }]) => also.includes(part)));
}
