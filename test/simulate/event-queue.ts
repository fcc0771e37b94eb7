/**
 * What will happen, and when: a binary heap in typed arrays. Of what happens at the same time, what was put in first comes
 * first. An event is a kind, below 8, and what it is about, below 2^28.
 */
export class EventQueue {
  #times = new Float64Array(1024);
  #order = new Float64Array(1024);
  #events = new Int32Array(1024);
  #size = 0;
  #added = 0;

  /** When the next event is due; `Infinity` where there is none. */
  get nextTime(): number {
    return this.#size === 0 ? Infinity : this.#times[0]!;
  }

  get size(): number {
    return this.#size;
  }

  add(time: number, kind: number, about: number): void {
    if (this.#size === this.#times.length) this.#grow();
    let at = this.#size++;
    const order = this.#added++;
    // It comes last of what is due at the same time: only what is due later makes room.
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#times[parent]! <= time) break;
      this.#copy(parent, at);
      at = parent;
    }
    this.#put(at, time, order, about * 8 + kind);
  }

  /** Takes the next event out: its kind and, above three bits, what it is about. The queue is not empty. */
  take(): number {
    const taken = this.#events[0]!;
    const last = --this.#size;
    const [time, order] = [this.#times[last]!, this.#order[last]!];
    let at = 0;
    for (let child = 1; child < last; child = 2 * at + 1) {
      if (child + 1 < last && this.#isBefore(child + 1, this.#times[child]!, this.#order[child]!)) child++;
      if (!this.#isBefore(child, time, order)) break;
      this.#copy(child, at);
      at = child;
    }
    this.#put(at, time, order, this.#events[last]!);
    return taken;
  }

  #isBefore(index: number, time: number, order: number): boolean {
    const difference = this.#times[index]! - time;
    return difference < 0 || (difference === 0 && this.#order[index]! < order);
  }

  #copy(from: number, to: number): void {
    this.#put(to, this.#times[from]!, this.#order[from]!, this.#events[from]!);
  }

  #put(at: number, time: number, order: number, event: number): void {
    this.#times[at] = time;
    this.#order[at] = order;
    this.#events[at] = event;
  }

  #grow(): void {
    this.#times = doubled(this.#times);
    this.#order = doubled(this.#order);
    this.#events = doubled(this.#events);
  }
}

/** A copy with as much room again. */
export function doubled<T extends Float64Array | Int32Array | Uint8Array>(array: T): T {
  const twice = new (array.constructor as new (size: number) => T)(2 * array.length);
  twice.set(array);
  return twice;
}
