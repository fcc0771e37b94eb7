import { setTimeout as sleep } from "node:timers/promises";
import type { CallContext } from "@gorpc/runtime";
import { type ArithHandlers, DivideByZero, type Operands, type Quotient, type Shape } from "./arith.gorpc.ts";

/** The service as its schema means it; a test overrides what it is about. */
export class ArithHandler implements ArithHandlers {
  sum({ left, right }: Operands): number {
    return left + right;
  }

  divide({ left, right }: Operands): Quotient {
    if (right === 0) throw new DivideByZero({ dividend: left });
    return { quotient: Math.trunc(left / right), remainder: left % right };
  }

  ping(): void {
    // Being answered is all that it is for.
  }

  negate(value: number): number {
    return 0 - value;
  }

  async total(values: number[]): Promise<bigint> {
    return values.reduce((sum, value) => sum + BigInt(value), 0n);
  }

  double(counts: Record<string, number>): Record<string, number> {
    return Object.fromEntries(Object.entries(counts).map(([key, value]) => [key, 2 * value]));
  }

  area(shape: Shape): number {
    switch (shape.kind) {
      case "circle":
        return Math.PI * shape.value ** 2;
      case "square":
        return shape.value.side ** 2;
      case "unknown":
        return Number.NaN;
    }
  }

  blob<T>(bytes: T): T {
    return bytes;
  }

  echo<T>(sample: T): T {
    return sample;
  }

  slow(takes: number, { signal }: CallContext): Promise<string> {
    return sleep(takes, "done", { signal });
  }

  brief(takes: number, { signal }: CallContext): Promise<string> {
    return sleep(takes, "done", { signal });
  }

  async *countTo(limit: number): AsyncIterable<number> {
    for (let i = 1; i <= limit; i++) yield i;
  }

  async addUp(values: AsyncIterable<number>): Promise<bigint> {
    let sum = 0n;
    for await (const value of values) sum += BigInt(value);
    return sum;
  }

  async *repeat<T extends Uint8Array>(bytes: T): AsyncIterable<T> {
    for (let i = bytes[0] ?? 0; i > 0; i--) yield bytes;
  }

  async *tick(every: number, { signal }: CallContext): AsyncIterable<number> {
    for (let i = 1; ; i++) {
      yield i;
      await sleep(every, undefined, { signal });
    }
  }

  async *chat(lines: AsyncIterable<string>): AsyncIterable<string> {
    for await (const line of lines) yield line.toUpperCase();
  }
}

/** The service with some of its methods replaced. */
export function handlersWith(overrides: Partial<ArithHandlers>): ArithHandlers {
  return Object.assign(new ArithHandler(), overrides);
}
