import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RpcError } from "../errors.ts";
import { MessageStream } from "./message-stream.ts";

/** A stream of numbers, a byte each; 255 does not decode. */
function bench(): { stream: MessageStream<number>; taken: number[]; left: () => number } {
  let left = 0;
  const taken: number[] = [];
  const stream = new MessageStream<number>(() => left++);
  stream.attach({
    decode(bytes, start) {
      if (bytes[start] === 255) throw new RpcError("INTERNAL", "it does not decode");
      return bytes[start];
    },
    onTaken: (cost) => void taken.push(cost),
  });
  return { stream, taken, left: () => left };
}

function push(stream: MessageStream<number>, value: number): void {
  // Lent, and overwritten right after.
  const chunk = Uint8Array.of(0, value, 0);
  stream.push(chunk, 1, 2, 9);
  chunk.fill(77);
}

const over = { done: true, value: undefined };
const lost = new RpcError("UNAVAILABLE", "lost");

describe("a stream of messages", () => {
  it("gives what came before it was asked for, and what comes after", async () => {
    const { stream, taken } = bench();
    push(stream, 1);
    push(stream, 2);
    expect(taken).toEqual([]);
    expect(stream.unread.cost).toBe(18);
    expect(await stream.next()).toEqual({ done: false, value: 1 });
    expect(taken).toEqual([9]);
    expect(await stream.next()).toEqual({ done: false, value: 2 });
    const [third, fourth] = [stream.next(), stream.next()];
    push(stream, 3);
    expect(taken).toEqual([9, 9, 9]);
    push(stream, 4);
    expect(await Promise.all([third, fourth])).toEqual([
      { done: false, value: 3 },
      { done: false, value: 4 },
    ]);
  });

  it("ends for all that wait, behind what came", async () => {
    const { stream } = bench();
    push(stream, 1);
    stream.end();
    expect(await stream.next()).toEqual({ done: false, value: 1 });
    expect(await stream.next()).toEqual(over);
    const other = bench().stream;
    const waiting = [other.next(), other.next()];
    other.end({ value: 5 });
    expect(await Promise.all(waiting)).toEqual([{ done: false, value: 5 }, over]);
  });

  it("gives an error behind its messages, once", async () => {
    const { stream } = bench();
    push(stream, 1);
    stream.endWith(lost);
    expect(await stream.next()).toEqual({ done: false, value: 1 });
    await expect(stream.next()).rejects.toBe(lost);
    expect(await stream.next()).toEqual(over);
  });

  it("that fails drops what was not taken", async () => {
    const { stream, taken } = bench();
    push(stream, 1);
    push(stream, 2);
    stream.fail(lost);
    expect(taken).toEqual([18]);
    await expect(stream.next()).rejects.toBe(lost);
    expect(await stream.next()).toEqual(over);
    push(stream, 3);
    expect(taken).toEqual([18, 9]);
  });

  it("that had ended and fails before all was taken is cut short, and its credit returns", async () => {
    const { stream, taken } = bench();
    push(stream, 1);
    stream.end();
    stream.fail(lost);
    expect(taken).toEqual([9]);
    await expect(stream.next()).rejects.toBe(lost);
  });

  it("that had ended and was taken does not fail any more", async () => {
    const { stream } = bench();
    push(stream, 1);
    await stream.next();
    stream.end();
    stream.fail(lost);
    expect(await stream.next()).toEqual(over);
  });

  it("that its reader leaves gives nothing more, and says so once", async () => {
    const { stream, taken, left } = bench();
    push(stream, 1);
    push(stream, 2);
    expect(await stream.return()).toEqual(over);
    expect(await stream.return()).toEqual(over);
    expect(left()).toBe(1);
    expect(taken).toEqual([18]);
    expect(await stream.next()).toEqual(over);
  });

  it("that is left while reads are pending answers them", async () => {
    const { stream, left } = bench();
    const waiting = stream.next();
    await stream.return();
    expect(await waiting).toEqual(over);
    expect(left()).toBe(1);
  });

  it("that is left after its end needs no word, and keeps neither messages nor the error", async () => {
    const { stream, taken, left } = bench();
    push(stream, 1);
    stream.endWith(lost);
    await stream.return();
    expect([left(), taken]).toEqual([0, [9]]);
    expect(await stream.next()).toEqual(over);
  });

  it.each([
    ["kept", false],
    ["waited for", true],
  ])("refuses a message that does not decode, %s, and what comes behind it", async (_what, waits) => {
    const { stream, left, taken } = bench();
    const waiting = waits ? [stream.next(), stream.next()] : [];
    push(stream, 255);
    push(stream, 3);
    const [first = stream.next(), second = stream.next()] = waiting;
    await expect(first).rejects.toMatchObject({ code: "INTERNAL" });
    expect(await second).toEqual(over);
    expect(left()).toBe(1);
    expect(taken.reduce((sum, cost) => sum + cost, 0)).toBe(18);
  });

  it("returns the credit of each message once, and gives each once, in order, whatever happens", async () => {
    const action = fc.constantFrom("push", "push", "push", "next", "next", "turn", "return", "end", "fail");
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
        const { stream, taken } = bench();
        const reads: Promise<number | "over" | RpcError>[] = [];
        let pushed = 0;
        let [ended, left, failed] = [false, false, false];
        let expected = Infinity;
        for (const each of actions) {
          if (each === "push" && pushed < 250) push(stream, pushed++);
          else if (each === "next") {
            const read = stream.next();
            reads.push(
              read.then(
                ({ done, value }) => (done === true ? "over" : value),
                (error: unknown) => error as RpcError,
              ),
            );
          } else if (each === "turn") await Promise.resolve();
          else if (each === "return") {
            left = true;
            void stream.return();
          } else if (each === "end") {
            if (!ended && !left && !failed) expected = pushed;
            ended = true;
            stream.end();
          } else if (each === "fail") {
            failed = true;
            stream.fail(lost);
          }
        }
        stream.end();
        const outcomes = await Promise.all(reads);
        const values = outcomes.filter((outcome) => typeof outcome === "number");
        expect(values).toEqual(values.map((_, i) => i));
        if (!left && !failed) {
          const whole = Math.min(reads.length, pushed, expected);
          expect(values.length).toBe(whole);
        }
        expect(outcomes.filter((outcome) => outcome === lost).length).toBeLessThanOrEqual(1);
        await stream.return();
        expect(taken.reduce((sum, cost) => sum + cost, 0)).toBe(9 * pushed);
        expect(stream.unread.cost).toBe(0);
      }),
    );
  });
});
