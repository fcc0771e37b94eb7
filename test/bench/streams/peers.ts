import type { Needs } from "../contenders.ts";

/** In the order of the tables. Its name is a folder in `peers/`. */
const table = {
  "raw-socket": { packages: [] },
  gorpc: { packages: [] },
  "grpc-js": { packages: ["@grpc/grpc-js", "@bufbuild/protobuf"] },
  connect: { packages: ["@connectrpc/connect-node", "@connectrpc/connect", "@bufbuild/protobuf"] },
} as const satisfies Record<string, Needs>;

export type PeerName = keyof typeof table;

export const peers: Readonly<Record<PeerName, Needs>> = table;
