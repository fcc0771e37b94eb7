import type { Peer } from "./peer.ts";

/** By name, in the order of the table. A process loads only the peer that it runs. */
export const peers = {
  floor: async (): Promise<Peer> => (await import("./floor/peer.ts")).peer,
  gorpc: async (): Promise<Peer> => (await import("./gorpc/peer.ts")).peer,
  "gorpc, propagating": async (): Promise<Peer> => (await import("./gorpc/peer.ts")).propagating,
  "grpc-js": async (): Promise<Peer> => (await import("./grpc-js/peer.ts")).peer,
};

export type PeerName = keyof typeof peers;
