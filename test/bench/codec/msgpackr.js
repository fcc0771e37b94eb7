/** msgpackr twice: with its native extractor of strings, and a copy of the same code without. */
import { createRequire } from "node:module";
import * as native from "msgpackr";

const disabled = "MSGPACKR_NATIVE_ACCELERATION_DISABLED";
process.env[disabled] = "true";
const plain = createRequire(import.meta.url)("msgpackr");
delete process.env[disabled];

/**
 * @param {{ native: boolean, shared: boolean }} how `shared`: keys once, in structures that both sides hold, rather than in each message
 * @returns {import("./peer.ts").Peer}
 */
export function msgpackr({ native: wanted, shared }) {
  const library = wanted ? native : plain;
  if (library.isNativeAccelerationEnabled !== wanted) {
    throw new Error(`msgpackr ${wanted ? "has not found" : "still uses"} its native extractor`);
  }
  return {
    open() {
      const packr = new library.Packr(shared ? { structures: [] } : { useRecords: false });
      return {
        prepare: (value) => value,
        encode: (message) => packr.pack(message),
        decode: (bytes) => packr.unpack(bytes),
        plain: (message) => message,
      };
    },
  };
}
