import { MessageChannel } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { copyOf } from "./copy.ts";

const source = Uint8Array.from({ length: 1_000 }, (_, i) => i);

describe("copies of bytes", () => {
  it("of every length hold what they were made of, and nothing of each other", () => {
    const lent = source.slice();
    const copies = Array.from({ length: 600 }, (_, length) => copyOf(lent, 7, 7 + length));
    lent.fill(0xee);
    copies.forEach((copy, length) => {
      expect(copy).toEqual(source.slice(7, 7 + length));
      copy.fill(0xdd);
    });
    for (const copy of copies) expect(copy.every((byte) => byte === 0xdd)).toBe(true);
  });

  it("are aligned for arrays of numbers", () => {
    for (const length of [72, 65, 80, 513, 88]) expect(copyOf(source, 1, 1 + length).byteOffset % 8).toBe(0);
  });

  it("have memory in common where they are short, and no more than 8 KiB of it", () => {
    const copies = Array.from({ length: 200 }, () => copyOf(source, 0, 100));
    const memory = new Set(copies.map(({ buffer }) => buffer));
    expect(memory.size).toBeLessThan(10);
    for (const { byteLength } of memory) expect(byteLength).toBe(8 * 1024);
    expect(copyOf(source, 0, 600).buffer.byteLength).toBe(600);
  });

  it("stay whole when another one is transferred to a thread", () => {
    const [given, kept] = [copyOf(source, 0, 100), copyOf(source, 100, 200)];
    const { port1, port2 } = new MessageChannel();
    try {
      // Newer Nodes throw, older ones copy.
      port1.postMessage(given, [given.buffer as ArrayBuffer]);
    } catch (error) {
      expect((error as Error).name).toBe("DataCloneError");
    } finally {
      port1.close();
      port2.close();
    }
    expect(kept).toEqual(source.slice(100, 200));
  });
});
