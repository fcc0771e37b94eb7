/** Gives the calls of a connection their ids: they count up modulo 2^32; 0 names the connection itself. */
export class CallIds {
  /** The one given last. */
  last: number;

  constructor(last = 0) {
    this.last = last;
  }

  /** The next id that is not in use. */
  next(isUsed: (id: number) => boolean): number {
    do this.last = (this.last + 1) >>> 0 || 1;
    while (isUsed(this.last));
    return this.last;
  }
}
