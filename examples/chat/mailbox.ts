import { RpcError } from "@gorpc/runtime";

/** What waits for one reader, in order. Bounded: who does not read is dropped, and holds nobody up. */
export class Mailbox<T> implements AsyncIterable<T> {
  readonly #limit: number;
  readonly #waiting: T[] = [];
  #end: { readonly error?: RpcError } | undefined;
  #wake = (): void => {};

  constructor(limit: number) {
    this.#limit = limit;
  }

  put(item: T): void {
    if (this.#end !== undefined) return;
    if (this.#waiting.length < this.#limit) this.#waiting.push(item);
    else this.#end = { error: new RpcError("RESOURCE_EXHAUSTED", `${this.#limit} events wait to be read`) };
    this.#wake();
  }

  /** Nothing more comes, or it failed. */
  end(error?: RpcError): void {
    this.#end ??= error === undefined ? {} : { error };
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, undefined> {
    for (;;) {
      while (this.#waiting.length > 0) yield this.#waiting.shift()!;
      if (this.#end?.error !== undefined) throw this.#end.error;
      if (this.#end !== undefined) return;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
