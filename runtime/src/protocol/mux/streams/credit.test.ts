import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ReceiveCredit } from "./credit.ts";

const KiB = 1024;

describe("the credit that a receiver gives", () => {
  it("lets a message begin while any is left, whatever its length", () => {
    const credit = new ReceiveCredit(100);
    credit.spend(99);
    expect(credit.allowsMessage).toBe(true);
    credit.spend(1_000);
    expect(credit.allowsMessage).toBe(false);
    expect(credit.take(1_099, 0)).toBe(1_099);
    expect(credit.allowsMessage).toBe(true);
  });

  it("comes back half a window at a time", () => {
    const credit = new ReceiveCredit(100);
    credit.spend(49);
    expect(credit.take(49, 0)).toBe(0);
    credit.spend(1);
    expect(credit.take(1, 0)).toBe(50);
    expect(credit.take(0, 0)).toBe(0);
  });

  it("comes back sooner where unread messages leave the sender little", () => {
    const credit = new ReceiveCredit(160);
    credit.spend(150);
    expect(credit.take(9, 141)).toBe(0);
    expect(credit.take(1, 140)).toBe(10);
  });

  it("doubles up to its bound while the reader keeps up", () => {
    const credit = new ReceiveCredit(64 * KiB, 200 * KiB);
    const grants: number[] = [];
    for (let i = 0; i < 60; i++) {
      credit.spend(8 * KiB);
      const grant = credit.take(8 * KiB, 0);
      if (grant > 0) grants.push(grant / KiB);
    }
    // 32 and 64 more; 64 and 72 more, which makes 200; then halves of that.
    expect(grants).toEqual([96, 136, 104, 104, 104]);
  });

  it("does not grow while the reader falls behind", () => {
    const credit = new ReceiveCredit(64 * KiB, 1024 * KiB);
    credit.spend(64 * KiB);
    expect(credit.take(32 * KiB, 32 * KiB)).toBe(32 * KiB);
  });

  it("never lets a sender have more unread than a window and a message, and never keeps one waiting for ever", () => {
    const sizes = fc.array(fc.record({ send: fc.nat(40_000), reads: fc.nat(4) }), { maxLength: 200 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 4 }), (steps, growth) => {
        const window = 64 * KiB;
        const receiver = new ReceiveCredit(window, growth * window);
        const unread: number[] = [];
        let held = 0;
        let sender = window;
        const read = (): void => {
          const cost = unread.shift()!;
          held -= cost;
          sender += receiver.take(cost, held);
        };
        for (const { send, reads } of steps) {
          if (sender > 0) {
            // What the sender believes to have, the receiver allows.
            expect(receiver.allowsMessage).toBe(true);
            receiver.spend(send + 8);
            sender -= send + 8;
            unread.push(send + 8);
            held += send + 8;
          }
          expect(held).toBeLessThanOrEqual(growth * window + 40_008);
          for (let i = 0; i < reads && unread.length > 0; i++) read();
        }
        while (unread.length > 0) read();
        expect(sender).toBeGreaterThan(0);
      }),
    );
  });
});
