import { setTimeout as sleep } from "node:timers/promises";
import { type CallContext, RpcError } from "@gorpc/runtime";
import {
  DivideByZero,
  type FrontDeskHandlers,
  type InteropHandlers,
  type Nested,
  type Operands,
} from "./interop.gorpc.ts";

/** A day, in ms. */
export const day = 86_400_000;

/** The service as the Go programs have it. */
export class InteropHandler implements InteropHandlers {
  /** Called when a `wait` has begun. */
  onWaiting: () => void = () => {};

  negate(value: number): number {
    return 0 - value;
  }

  sum({ left, right }: Operands): number {
    return left + right;
  }

  echo(nested: Nested): Nested {
    return nested;
  }

  reverse(values: bigint[]): bigint[] {
    return [...values].reverse();
  }

  double(counts: Record<string, number>): Record<string, number> {
    return Object.fromEntries(Object.entries(counts).map(([key, value]) => [key, 2 * value]));
  }

  flip(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(bytes, (byte) => ~byte);
  }

  tomorrow(at: Date): Date {
    return new Date(at.getTime() + day);
  }

  divide({ left, right }: Operands): number {
    if (right === 0) throw new DivideByZero({ dividend: left });
    return Math.trunc(left / right);
  }

  wait(takes: number, { signal }: CallContext): Promise<string> {
    this.onWaiting();
    return sleep(takes, "done", { signal });
  }

  brief(takes: number, { signal }: CallContext): Promise<string> {
    return sleep(takes, "done", { signal });
  }

  ping(): void {
    // Being answered is all that it is for.
  }

  fail(text: string): number {
    throw new RpcError("FAILED_PRECONDITION", text);
  }

  async *watch(count: number): AsyncIterable<number> {
    for (let i = 0; i < count; i++) yield i;
  }
}

export const deskHandler: FrontDeskHandlers = { sayHello: (name) => `hello ${name}` };
