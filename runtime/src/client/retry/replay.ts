/** The requests of a stream that may be made again: an array any number of times, anything else until the first is taken. */
export class Replay<I> {
  /** What to hand to each attempt. */
  readonly requests: Iterable<I> | AsyncIterable<I>;
  readonly #isArray: boolean;
  #taken = false;

  constructor(source: Iterable<I> | AsyncIterable<I>) {
    this.#isArray = Array.isArray(source);
    // What is no iterable is refused where it is asked for, by name.
    const isWatched = !this.#isArray && typeof source === "object" && source !== null;
    this.requests = isWatched ? this.#watched(source) : source;
  }

  /** Whether each attempt gets all of them, however many were made before. */
  get isRepeatable(): boolean {
    return this.#isArray;
  }

  /** Whether another attempt would get all of them. */
  get isWhole(): boolean {
    return this.#isArray || !this.#taken;
  }

  #watched(source: Iterable<I> | AsyncIterable<I>): Iterable<I> | AsyncIterable<I> {
    if (Symbol.asyncIterator in source) {
      return {
        [Symbol.asyncIterator]: () => this.#iterator(() => source[Symbol.asyncIterator](), asyncEnd),
      };
    }
    return { [Symbol.iterator]: () => this.#iterator(() => source[Symbol.iterator](), syncEnd) };
  }

  /** An iterator that begins at the first request: one that was never asked is not ended with its attempt either. */
  #iterator<Inner extends Iterator<I> | AsyncIterator<I>>(begin: () => Inner, end: EndOf<Inner>): Inner {
    let inner: Inner | undefined;
    const iterator = {
      next: () => {
        this.#taken = true;
        return (inner ??= begin()).next();
      },
      return: () => inner?.return?.() ?? end,
    };
    return iterator as Inner;
  }
}

type EndOf<Inner> = Inner extends Iterator<unknown> ? IteratorResult<never> : Promise<IteratorResult<never>>;

const syncEnd: IteratorResult<never> = { done: true, value: undefined };
const asyncEnd: Promise<IteratorResult<never>> = Promise.resolve(syncEnd);
