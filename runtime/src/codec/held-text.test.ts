import { beforeAll, describe, expect, it } from "vitest";
import { Reader } from "../bytes/reader.ts";
import { Writer } from "../bytes/writer.ts";
import { heldBytes } from "../held-bytes.fixture.ts";
import { gobCodec } from "./gob.ts";
import { jsonCodec } from "./json.ts";
import { protoCodec } from "./proto.ts";
import { Texts } from "./texts.fixture.ts";

const messages = 64;
const large = 64 * 1024;

/** From the shortest on, over each border between ways of reading: a part of a longer text begins to share it at 13. */
const lengths = [1, 4, 12, 13, 16, 17, 32, 33, 100];
const small = lengths.flatMap((length) => ["a".repeat(length), `${"b".repeat(length - 1)}\u00e9`]);

beforeAll(async () => {
  await gobCodec.load?.();
  await jsonCodec.load?.();
});

describe("a decoded string that is kept", () => {
  it.each([protoCodec, gobCodec, jsonCodec])(
    "keeps neither its message nor the texts beside it alive, as $contentType",
    async (codec) => {
      const writer = new Writer();
      codec.encode(Texts, [...small, "c".repeat(large)], writer);
      const encoded = writer.take();
      const decodeCopy = (): string[] => {
        const chunk = encoded.slice();
        return codec.decode(Texts, new Reader(chunk), chunk.length).slice(0, small.length);
      };
      expect(decodeCopy()).toEqual(small);
      const before = await heldBytes();
      const kept = Array.from({ length: messages }, decodeCopy);
      const held = (await heldBytes()) - before;
      expect(held / messages).toBeLessThan(large / 4);
      expect(kept).toHaveLength(messages);
    },
  );
});
