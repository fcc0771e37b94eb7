/** Keeps what is told, and lets a test wait until enough was. */
export class Collector<T> {
  readonly items: T[] = [];
  #waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  readonly add = (item: T): void => {
    this.items.push(item);
    this.#waiting = this.#waiting.filter(({ count, resolve }) => {
      if (this.items.length < count) return true;
      resolve();
      return false;
    });
  };

  /** Resolves with everything told so far, once that is as many. */
  async atLeast(count: number): Promise<T[]> {
    if (this.items.length < count)
      await new Promise<void>((resolve) => this.#waiting.push({ count, resolve }));
    return this.items;
  }
}
