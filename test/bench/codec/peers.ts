import { goVersion } from "../../interop/go.ts";
import type { Needs } from "../contenders.ts";
import { locate } from "../packages.ts";

/** What is measured. Its name is a file in `peers/`. */
export interface PeerInfo extends Needs {
  /** It is no Node program: `go/` measures it. */
  readonly go?: true;
}

const native = `@msgpackr-extract/msgpackr-extract-${process.platform}-${process.arch}`;

/** msgpackr with its native code, where there is some for this platform. */
const withExtractor: PeerInfo = {
  packages: ["msgpackr", "msgpackr-extract"],
  missing: () => (locate(native) === undefined ? `${native} is not installed` : undefined),
};
const go: PeerInfo = {
  packages: [],
  go: true,
  missing: () => (goVersion() === undefined ? "there is no Go here" : undefined),
};

/** In the order of the tables. */
const table = {
  gorpc: { packages: [] },
  protobufjs: { packages: ["protobufjs"] },
  "protobuf-es": { packages: ["@bufbuild/protobuf"] },
  "ts-proto": { packages: ["@bufbuild/protobuf"] },
  "msgpackr-native": withExtractor,
  "msgpackr-native-shared": withExtractor,
  msgpackr: { packages: ["msgpackr"] },
  "msgpackr-shared": { packages: ["msgpackr"] },
  json: { packages: [] },
  avsc: { packages: ["avsc"] },
  bebop: { packages: ["bebop"] },
  "gorpc-gob": { packages: [] },
  "gorpc-gob-stream": { packages: [] },
  "go-gob": go,
  "go-gob-stream": go,
} as const satisfies Record<string, PeerInfo>;

export type PeerName = keyof typeof table;

export const peers: Readonly<Record<PeerName, PeerInfo>> = table;
