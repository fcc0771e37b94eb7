import { expect, it } from "vitest";
import { start } from "./world.ts";

const KiB = 1024;
const lengths = [1, 100, 600, 60 * KiB, 70 * KiB, 300 * KiB, 1100 * KiB];
const bytesOf = (n: number): Uint8Array => new Uint8Array(lengths[n % lengths.length]!).fill(n);

it("large messages of streams and large answers get through together: no side waits for the other", async () => {
  const { arith } = await start({
    handlers: {
      blob: (bytes) => bytes,
      async *repeat() {
        for (let n = 0; n < 80; n++) yield bytesOf(n);
      },
    },
  });
  const read = async (): Promise<number> => {
    let n = 0;
    for await (const bytes of arith.repeat(new Uint8Array())) expect(bytes).toHaveLength(bytesOf(n++).length);
    return n;
  };
  const call = async (): Promise<void> => {
    for (let round = 0; round < 10; round++) {
      const answers = Array.from({ length: 64 }, (_, n) => arith.blob(bytesOf(n % 9 === 0 ? n + round : 1)));
      await Promise.all(answers);
    }
  };
  const [first, second] = await Promise.all([read(), read(), call()]);
  expect([first, second]).toEqual([80, 80]);
}, 30_000);
