import type { Codec } from "./codec.ts";
import { ownContentTypes } from "./register-codec.ts";

type Bodies = Pick<Codec, "encode" | "decode">;

let loaded: Bodies | undefined;

/** gob, whose code comes with the first connection that uses it. */
export const gobCodec: Codec = {
  contentType: ownContentTypes.gob,

  async load() {
    loaded ??= (await import("./gob/codec.ts")).gobBodies;
  },

  encode(body, value, writer) {
    bodies().encode(body, value, writer);
  },

  decode(body, reader, end) {
    return bodies().decode(body, reader, end);
  },
};

function bodies(): Bodies {
  if (loaded === undefined) throw new Error("the codec application/gob is used before its load() is done");
  return loaded;
}
