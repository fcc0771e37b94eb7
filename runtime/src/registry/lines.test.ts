import fc from "fast-check";
import { expect, test } from "vitest";
import { readLines } from "./lines.ts";

async function* chunksOf(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let from = 0;
  for (const size of sizes) {
    yield bytes.subarray(from, from + size);
    from += size;
  }
  yield bytes.subarray(from);
}

async function linesOf(text: string, sizes: readonly number[], most = 1_000): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readLines(chunksOf(Buffer.from(text), sizes), most)) lines.push(line);
  return lines;
}

test("lines are the same however the bytes arrive, and a part without an end is none", async () => {
  const text = fc.string({ unit: fc.constantFrom("a", "é", "€", "\n") });
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.nat(4)), async (written, sizes) => {
      expect(await linesOf(written, sizes)).toEqual(written.split("\n").slice(0, -1));
    }),
  );
});

test("a line may be as long as the limit and no longer, ended or not", async () => {
  expect(await linesOf("12345\n", [2], 5)).toEqual(["12345"]);
  await expect(linesOf("123456\n", [2], 5)).rejects.toThrow("a line has more than 5 bytes");
  await expect(linesOf("123456", [1, 1, 1], 5)).rejects.toThrow("a line has more than 5 bytes");
});
