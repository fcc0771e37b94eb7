import { describe, expect, it } from "vitest";
import { start } from "./world.ts";

describe("streams", () => {
  it("carries", async () => {
    const { arith, channel } = await start();
    const seen: number[] = [];
    for await (const n of arith.countTo(5)) seen.push(n);
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    expect(await arith.addUp([1, 2, 3])).toBe(6n);
    const lines: string[] = [];
    for await (const line of arith.chat(["a", "b"])) lines.push(line);
    expect(lines).toEqual(["A", "B"]);
    let count = 0;
    for await (const n of arith.countTo(300_000)) count += n - n + 1;
    expect(count).toBe(300_000);
    await channel.close();
  });
});
