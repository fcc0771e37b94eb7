const smallest = 16;
const largest = 16_384;
/** Of a table that has no call, for all of them: it is never written to. */
const noSlots: readonly undefined[] = [undefined];

/**
 * The live calls of a connection, by id. Ids count up, so a call is found at `id & mask` without a hash; where a peer's ids collide
 * there, a `Map` takes the later one. A frame belongs to a call only if the whole id matches.
 */
export class CallTable<Call extends { readonly id: number }> {
  #slots = noSlots as (Call | undefined)[];
  #mask = 0;
  /** Calls that find a slot of their own, as long as ids count up. */
  #capacity = 0;
  #overflow: Map<number, Call> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(id: number): Call | undefined {
    const call = this.#slots[id & this.#mask];
    if (call !== undefined && call.id === id) return call;
    return this.#overflow?.get(id);
  }

  add(call: Call): void {
    if (this.#size >= this.#capacity && this.#capacity < largest) this.#grow();
    this.#size++;
    this.#place(call);
  }

  delete(call: Call): void {
    const slot = call.id & this.#mask;
    if (this.#slots[slot] === call) {
      this.#slots[slot] = undefined;
      this.#size--;
    } else if (this.#overflow?.get(call.id) === call) {
      this.#overflow.delete(call.id);
      this.#size--;
    }
  }

  /** Gives back what many calls at once have made it grow to, where none is left. */
  trim(): void {
    if (this.#size > 0) return;
    this.#slots = noSlots as (Call | undefined)[];
    this.#mask = 0;
    this.#capacity = 0;
    this.#overflow = undefined;
  }

  /** A copy, so that calls may be taken out while it is walked. */
  all(): Call[] {
    const calls = this.#slots.filter((call) => call !== undefined);
    if (this.#overflow !== undefined) calls.push(...this.#overflow.values());
    return calls;
  }

  #place(call: Call): void {
    const slot = call.id & this.#mask;
    if (this.#slots[slot] === undefined) this.#slots[slot] = call;
    else (this.#overflow ??= new Map<number, Call>()).set(call.id, call);
  }

  #grow(): void {
    const calls = this.all();
    const length = Math.max(smallest, this.#capacity * 2);
    this.#slots = new Array<Call | undefined>(length).fill(undefined);
    this.#capacity = length;
    this.#mask = length - 1;
    this.#overflow = undefined;
    for (const call of calls) this.#place(call);
  }
}
