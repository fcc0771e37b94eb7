/** Where a streaming call goes. */
export interface StreamRoute<O> {
  /** Starts the call at an endpoint that it has not tried, as soon as there is one. */
  open(): Promise<AsyncIterator<O, undefined>>;
  /** It has its first answer where it was opened, or ended without one; its reader may have left it before. */
  opened(left: boolean, error?: unknown): void;
  /** Whether it goes to another one after it failed with this. */
  movesOn(error: unknown): boolean;
}

const done: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * The answers of a streaming call that goes from endpoint to endpoint while none can have seen it: the first answer, or the end
 * without one, tells which endpoint it stays at.
 */
export class RoamingStream<O> implements AsyncIterator<O, undefined> {
  readonly #route: StreamRoute<O>;
  readonly #first: Promise<IteratorResult<O, undefined>>;
  #isFirstTaken = false;
  /** Of the latest attempt. */
  #answers: AsyncIterator<O, undefined> | undefined;
  #left = false;

  constructor(route: StreamRoute<O>) {
    this.#route = route;
    this.#first = this.#roam();
    // Whoever reads gets to know of a failure; nobody has to read.
    this.#first.catch(() => {});
  }

  next(): Promise<IteratorResult<O, undefined>> {
    if (!this.#isFirstTaken) {
      this.#isFirstTaken = true;
      return this.#first;
    }
    return this.#first.then(
      () => this.#answers?.next() ?? done,
      () => done,
    );
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#left = true;
    this.#isFirstTaken = true;
    await this.#answers?.return?.();
    return done;
  }

  async #roam(): Promise<IteratorResult<O, undefined>> {
    for (;;) {
      const answers = await this.#route.open();
      this.#answers = answers;
      if (this.#left) {
        this.#route.opened(true);
        await answers.return?.();
        return done;
      }
      try {
        const first = await answers.next();
        this.#route.opened(this.#left);
        return first;
      } catch (error) {
        this.#route.opened(this.#left, error);
        if (this.#left || !this.#route.movesOn(error)) throw error;
      }
    }
  }
}
