import type { Peer } from "./peer.ts";
import { gob, gobStream } from "./peers/gob.ts";
import { gorpc } from "./peers/gorpc.ts";
import { json } from "./peers/json.ts";
import { msgpackr } from "./peers/msgpackr.ts";
import { protobufEs } from "./peers/protobuf-es.ts";
import { protobufjs } from "./peers/protobufjs.ts";

export const peers = {
  gorpc,
  protobufjs,
  "@bufbuild/protobuf": protobufEs,
  msgpackr,
  JSON: json,
  "gorpc gob": gob,
  "gorpc gob stream": gobStream,
} as const satisfies Record<string, Peer>;
export type PeerName = keyof typeof peers;
