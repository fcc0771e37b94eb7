import type { RpcError } from "../errors.ts";
import { Unread } from "./unread.ts";

/** What a stream's messages come from: the protocol's side. */
export interface MessageSource {
  /**
   * @param isOwn - whether the message is alone in its buffer, which nobody else will write to
   * @throws what the reader gets
   */
  decode(bytes: Uint8Array, start: number, end: number, isOwn: boolean): unknown;
  /** The reader has taken a message, or will never take it. */
  onTaken(cost: number): void;
}

interface Waiter<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (error: RpcError) => void;
}

const done: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * The messages of one direction of a stream, pulled by a reader and pushed by a protocol. Read once; what a reader leaves early is
 * left for good.
 */
export class MessageStream<T> implements AsyncIterableIterator<T, undefined> {
  readonly #onLeft: () => void;
  readonly #unread = new Unread();
  #source: MessageSource | undefined;
  #waiters: Waiter<T>[] = [];
  /** A value that comes last without being a message: the one answer to a stream of requests. */
  #last: { readonly value: T } | undefined;
  #error: RpcError | undefined;
  #ended = false;
  #left = false;

  /** @param onLeft - called when the reader wants, or can read, no more before the end */
  constructor(onLeft: () => void) {
    this.#onLeft = onLeft;
  }

  /** What came and was not taken. */
  get unread(): Unread {
    return this.#unread;
  }

  /** Whether nothing more comes. */
  get ended(): boolean {
    return this.#ended;
  }

  // The reader's side

  next(): Promise<IteratorResult<T, undefined>> {
    if (!this.#unread.isEmpty) return this.#takeUnread();
    if (this.#ended) return this.#finish();
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /** Takes no more: what was not taken is dropped. */
  return(): Promise<IteratorReturnResult<undefined>> {
    if (!this.#left) {
      this.#left = true;
      const wasOpen = !this.#ended;
      this.#end(undefined);
      this.#error = undefined;
      this.#drop();
      if (wasOpen) this.#onLeft();
    }
    return Promise.resolve(done);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  // The protocol's side

  /** Messages come from here; once, and before any does. */
  attach(source: MessageSource): void {
    this.#source = source;
  }

  /** A message; its bytes are lent, unless it is alone in its buffer. */
  push(bytes: Uint8Array, start: number, end: number, cost: number, isOwn = false): void {
    if (this.#ended) return this.#source!.onTaken(cost);
    if (this.#waiters.length === 0) return this.#unread.add(bytes, start, end, cost, isOwn);
    try {
      const value = this.#source!.decode(bytes, start, end, isOwn) as T;
      this.#waiters.shift()!.resolve({ done: false, value });
    } catch (error) {
      this.refuse(error as RpcError);
    }
    this.#source!.onTaken(cost);
  }

  /** Nothing more comes; what was not taken still can be. */
  end(last?: { readonly value: T }): void {
    this.#last = last;
    this.#end(undefined);
  }

  /** It ends with an error behind the messages that came: the sender's last word. */
  endWith(error: RpcError): void {
    this.#end(error);
  }

  /** It ends with an error at once: what was not taken is dropped. Where all was taken, it has ended already. */
  fail(error: RpcError): void {
    if (!this.#ended) this.#end(error);
    else if (!this.#unread.isEmpty) this.#error = error;
    this.#drop();
  }

  /** A message cannot be taken: the reader learns why, and gets nothing of what comes behind it. */
  refuse(error: RpcError): void {
    if (this.#ended) this.#error = error;
    else {
      this.#end(error);
      this.#onLeft();
    }
    this.#drop();
  }

  #end(error: RpcError | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { resolve, reject } of waiters) this.#finish().then(resolve, reject);
  }

  #takeUnread(): Promise<IteratorResult<T, undefined>> {
    const { bytes, start, end, cost, isOwn } = this.#unread.take();
    try {
      const value = this.#source!.decode(bytes, start, end, isOwn) as T;
      this.#source!.onTaken(cost);
      return Promise.resolve({ done: false, value });
    } catch (error) {
      this.#source!.onTaken(cost);
      this.refuse(error as RpcError);
      return this.#finish();
    }
  }

  /** What the reader gets at the end: the last value, the error, once each; then that it is over. */
  #finish(): Promise<IteratorResult<T, undefined>> {
    const [last, error] = [this.#last, this.#error];
    this.#last = this.#error = undefined;
    if (error !== undefined) return Promise.reject(error);
    return Promise.resolve(last === undefined ? done : { done: false, value: last.value });
  }

  #drop(): void {
    const { cost } = this.#unread;
    this.#last = undefined;
    this.#unread.clear();
    if (cost > 0) this.#source!.onTaken(cost);
  }
}
