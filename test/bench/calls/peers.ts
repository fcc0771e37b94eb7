import type { Needs } from "../contenders.ts";
import { goVersion } from "./peers/go-net-rpc/build.ts";

/** What is measured. Its name is a folder in `peers/`. */
export interface PeerInfo extends Needs {
  /** It is no Node program: `main.go` in its folder takes and gives what `process.ts` does. */
  readonly go?: true;
}

const own: PeerInfo = { packages: [] };
const connect: PeerInfo = {
  packages: ["@connectrpc/connect-node", "@connectrpc/connect", "@bufbuild/protobuf"],
};

/** In the order of the tables. */
const table = {
  floor: own,
  gorpc: own,
  "gorpc-propagating": own,
  "gorpc-balanced": own,
  "go-net-rpc": {
    packages: [],
    go: true,
    missing: () => (goVersion() === undefined ? "there is no Go here" : undefined),
  },
  moleculer: { packages: ["moleculer"] },
  fastify: { packages: ["fastify", "undici"] },
  capnweb: { packages: ["capnweb", "ws"] },
  thrift: { packages: ["thrift"] },
  trpc: { packages: ["@trpc/client", "@trpc/server", "ws"] },
  "grpc-js": { packages: ["@grpc/grpc-js", "@bufbuild/protobuf"] },
  connect,
  "connect-grpc": connect,
} as const satisfies Record<string, PeerInfo>;

export type PeerName = keyof typeof table;

export const peers: Readonly<Record<PeerName, PeerInfo>> = table;
