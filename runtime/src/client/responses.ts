import { RpcError } from "../errors.ts";
import type { AnyMethod } from "../schema/service.ts";
import type { ResponseStream } from "./channel.ts";

/** Starts a call and gives what its answers are read from; called once. */
export type OpenStream<O> = () => AsyncIterator<O, undefined> | Promise<AsyncIterator<O, undefined>>;

/** The answers of a streaming call that starts when they are read. */
export class Responses<O> implements ResponseStream<O> {
  readonly #method: AnyMethod;
  readonly #open: OpenStream<O>;
  #opened = false;

  constructor(method: AnyMethod, open: OpenStream<O>) {
    this.#method = method;
    this.#open = open;
  }

  [Symbol.asyncIterator](): AsyncIterator<O, undefined> {
    if (this.#opened) {
      const text = `${this.#method.path}: its answers are read already; a stream is read once, call again for another`;
      return new LateIterator<O>(Promise.reject(new RpcError("FAILED_PRECONDITION", text, { sent: "no" })));
    }
    this.#opened = true;
    const answers = this.#open();
    return answers instanceof Promise ? new LateIterator(answers) : answers;
  }

  async only(): Promise<O> {
    const answers = this[Symbol.asyncIterator]();
    const first = await answers.next();
    if (first.done === true) {
      throw new RpcError("INTERNAL", `${this.#method.path}: the stream ended without an answer`, {
        sent: "yes",
      });
    }
    // To the end, where an interceptor may have more to do.
    const second = await answers.next();
    if (second.done === true) return first.value;
    await answers.return?.();
    throw new RpcError(
      "FAILED_PRECONDITION",
      `${this.#method.path}: a second answer came, where only one is asked for`,
      {
        sent: "yes",
      },
    );
  }
}

/** An iterator that is there later. */
class LateIterator<O> implements AsyncIterator<O, undefined> {
  readonly #late: Promise<AsyncIterator<O, undefined>>;
  #now: AsyncIterator<O, undefined> | undefined;

  constructor(late: Promise<AsyncIterator<O, undefined>>) {
    this.#late = late;
    // Whoever reads gets to know of a failure; nobody has to read.
    late.then(
      (answers) => (this.#now = answers),
      () => {},
    );
  }

  next(): Promise<IteratorResult<O, undefined>> {
    return this.#now === undefined ? this.#late.then((answers) => answers.next()) : this.#now.next();
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    const answers = await this.#late.catch(() => undefined);
    await answers?.return?.();
    return { done: true, value: undefined };
  }
}

/** The one request of a method where only the server streams. */
export async function onlyOf<I>(method: AnyMethod, requests: Iterable<I> | AsyncIterable<I>): Promise<I> {
  let found: { readonly request: I } | undefined;
  for await (const request of requests) {
    if (found !== undefined) throw notOne(method, "more than one");
    found = { request };
  }
  if (found === undefined) throw notOne(method, "none");
  return found.request;
}

function notOne({ path }: AnyMethod, count: string): RpcError {
  return new RpcError("INVALID_ARGUMENT", `${path} takes one request, and ${count} was given`, {
    sent: "no",
  });
}
