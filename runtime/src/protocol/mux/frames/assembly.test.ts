import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Assembly, AssemblyBudget } from "./assembly.ts";

/** Adds a piece of so many bytes. */
function add(budget: AssemblyBudget, assembly: Assembly, size: number): string | undefined {
  return budget.add(assembly, new Uint8Array(size + 2), 1, size + 1);
}

describe("an assembly", () => {
  it("joins any pieces, which it has copied", () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 300 }));
    fc.assert(
      fc.property(pieces, fc.nat(3), (parts, offset) => {
        const assembly = new Assembly();
        for (const part of parts) {
          const lent = Buffer.concat([Buffer.alloc(offset), part, Buffer.alloc(2)]);
          assembly.add(lent, offset, offset + part.length);
          lent.fill(0xee);
        }
        const whole = Buffer.concat(parts);
        expect(assembly.length).toBe(whole.length);
        expect(Buffer.from(assembly.join()).equals(whole)).toBe(true);
      }),
    );
  });
});

describe("the size that a peer announces", () => {
  const MiB = 1024 * 1024;
  const piece = new Uint8Array(64 * 1024);

  it("is taken at once where a sixteenth is there", () => {
    const assembly = new Assembly(16 * MiB);
    for (let i = 0; i < 15; i++) assembly.add(piece, 0, piece.length);
    expect(assembly.join().buffer.byteLength).toBeLessThan(2 * MiB);
    for (let i = 0; i < 17; i++) assembly.add(piece, 0, piece.length);
    expect(assembly.join().buffer.byteLength).toBe(16 * MiB);
  });

  it.each([
    ["too small", 1 * MiB],
    ["far too large", 2 ** 32 - 1],
  ])("may be %s: the message is put together all the same, in memory like its size", (_what, size) => {
    const assembly = new Assembly(size);
    for (let i = 0; i < 48; i++) assembly.add(piece, 0, piece.length);
    expect(assembly.join()).toHaveLength(3 * MiB);
    expect(assembly.join().buffer.byteLength).toBeLessThanOrEqual(6 * MiB);
  });

  it("is of the message that begins next, and of its call", () => {
    const budget = new AssemblyBudget(100, 1_000);
    budget.announce(7, 50);
    expect(budget.begin(8).announced).toBe(0);
    expect(budget.begin(7).announced).toBe(0);
    budget.announce(7, 50);
    expect(budget.begin(7).announced).toBe(50);
  });

  it("refuses a message above the limit with its first piece", () => {
    const budget = new AssemblyBudget(100, 1_000);
    budget.announce(7, 101);
    expect(add(budget, budget.begin(7), 1)).toContain("larger than the limit of 100 bytes");
  });
});

describe("the budget of unfinished messages", () => {
  it("takes a message of exactly the limit, and names the limit of a larger one", () => {
    const budget = new AssemblyBudget(100, 1_000);
    const exact = new Assembly();
    expect(add(budget, exact, 60)).toBeUndefined();
    expect(add(budget, exact, 40)).toBeUndefined();
    expect(add(budget, exact, 0)).toBeUndefined();
    expect(add(budget, exact, 1)).toBe(
      "a message is larger than the limit of 100 bytes (option maxMessageBytes)",
    );
  });

  it("is shared by the messages of a connection", () => {
    const budget = new AssemblyBudget(100, 150);
    const [first, second] = [new Assembly(), new Assembly()];
    expect(add(budget, first, 100)).toBeUndefined();
    expect(add(budget, second, 50)).toBeUndefined();
    expect(add(budget, second, 1)).toContain(
      "150 bytes that a connection may hold (option maxReassemblyBytes)",
    );
  });

  it("has the memory of a refused message back", () => {
    const budget = new AssemblyBudget(100, 150);
    const [first, second] = [new Assembly(), new Assembly()];
    expect(add(budget, first, 100)).toBeUndefined();
    expect(add(budget, second, 51)).toBeDefined();
    expect(add(budget, first, 1)).toBeDefined();
    expect(add(budget, new Assembly(), 100)).toBeUndefined();
    expect(add(budget, new Assembly(), 50)).toBeUndefined();
  });

  it("has it back once, however often it is freed", () => {
    const budget = new AssemblyBudget(100, 150);
    const assembly = new Assembly();
    expect(add(budget, assembly, 100)).toBeUndefined();
    budget.free(assembly);
    budget.free(assembly);
    expect(add(budget, new Assembly(), 100)).toBeUndefined();
    expect(add(budget, new Assembly(), 51)).toBeDefined();
  });
});
