import type { Duplex } from "node:stream";
import { now } from "../clock.ts";
import { sleep } from "../timer.ts";
import { choose, type Faults } from "./faults.ts";

const KiB = 1024;
/** Bytes that wait here before no more are read: few, or a slow reader would not be felt; with a delay they are under way. */
const maxHeld = 16 * KiB;
const maxDelayed = 1024 * KiB;
/** How often a slow reader reads, in a second. */
const readsPerSecond = 50;

/** What has been read and has not arrived; without bytes it is the end. */
interface Held {
  readonly bytes: Uint8Array | undefined;
  /** On the clock. */
  readonly due: number;
}

/** What a pipe does, and until when. */
export interface PipeOptions {
  readonly faults: Faults;
  readonly random: () => number;
  /** Ends it: it passes nothing more. */
  readonly signal: AbortSignal;
  /** Cuts the connection. */
  readonly cut: () => void;
}

/** One direction of a connection: takes from one stream, gives to the other, and does to the bytes what it is told. */
export class Pipe {
  readonly #from: Duplex;
  readonly #to: Duplex;
  readonly #random: () => number;
  readonly #cut: () => void;
  readonly #signal: AbortSignal;
  readonly #held: Held[] = [];
  #heldBytes = 0;
  #lastDue = 0;
  /** Ends the wait for bytes, and that for the destination to take some. */
  #onHeld: () => void = () => {};
  #onTaken: () => void = () => {};
  /** Set once the source has ended: tells the destination. */
  #end: (() => void) | undefined;
  #isOver = false;
  #faults: Faults = {};
  #seen = 0;
  #dropAt = Infinity;
  #cutAt = Infinity;
  #drops = false;

  constructor(from: Duplex, to: Duplex, { faults, random, signal, cut }: PipeOptions) {
    this.#from = from;
    this.#to = to;
    this.#random = random;
    this.#signal = signal;
    this.#cut = cut;
    signal.addEventListener("abort", () => {
      this.#onHeld();
      this.#onTaken();
    });
    this.change(faults);
    from.on("data", (chunk: Uint8Array) => this.#hold(chunk));
    from.once("end", () => this.#onEnd(() => this.#to.end()));
    from.once("close", () => this.#onClose());
    to.once("close", () => this.#onTaken());
    void this.#run();
  }

  /** Other faults from now on; bytes are counted anew. */
  change(faults: Faults): void {
    this.#faults = faults;
    this.#seen = 0;
    this.#dropAt = choose(faults.dropAfter ?? Infinity, this.#random);
    this.#cutAt = choose(faults.cutAfter ?? Infinity, this.#random);
    this.#checkCounts();
  }

  #hold(bytes: Uint8Array | undefined): void {
    const delay = this.#faults.delay === undefined ? 0 : choose(this.#faults.delay, this.#random);
    this.#lastDue = Math.max(this.#lastDue, now() + delay);
    this.#held.push({ bytes, due: this.#lastDue });
    this.#heldBytes += bytes?.length ?? 0;
    if (this.#heldBytes >= (this.#faults.delay === undefined ? maxHeld : maxDelayed)) this.#from.pause();
    this.#onHeld();
  }

  #onEnd(pass: () => void): void {
    if (this.#end !== undefined) return;
    this.#end = pass;
    this.#hold(undefined);
  }

  /** The source is gone: in order, where it had ended both ways. */
  #onClose(): void {
    const destroy = (): void => void this.#to.destroy();
    if (this.#end === undefined) return this.#onEnd(destroy);
    if (this.#from.writableFinished) return;
    this.#end = destroy;
    if (this.#isOver) this.#passEnd();
  }

  async #run(): Promise<void> {
    while (!this.#signal.aborted) {
      const next = this.#held.shift();
      if (next === undefined) {
        await new Promise<void>((resolve) => (this.#onHeld = resolve));
        continue;
      }
      if (next.due > now()) await sleep(next.due - now(), this.#signal);
      if (this.#signal.aborted) return;
      if (next.bytes === undefined) return this.#passEnd();
      await this.#deliver(next.bytes);
      this.#heldBytes -= next.bytes.length;
      if (this.#heldBytes < maxHeld) this.#from.resume();
    }
  }

  #passEnd(): void {
    this.#isOver = true;
    if (!this.#drops) this.#end?.();
  }

  async #deliver(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0 && !this.#signal.aborted;) {
      const piece = rest.subarray(0, this.#sizeOf(rest));
      rest = rest.subarray(piece.length);
      await this.#write(piece);
      const { bytesPerSecond } = this.#faults;
      if (bytesPerSecond !== undefined) await sleep((piece.length / bytesPerSecond) * 1_000, this.#signal);
    }
  }

  /** How much of it goes at once: a count that ends something is met exactly. */
  #sizeOf(rest: Uint8Array): number {
    const { split, bytesPerSecond } = this.#faults;
    let size = rest.length;
    if (split !== undefined) size = Math.min(size, choose(split, this.#random));
    if (bytesPerSecond !== undefined)
      size = Math.min(size, Math.max(1, Math.ceil(bytesPerSecond / readsPerSecond)));
    for (const count of [this.#dropAt, this.#cutAt]) {
      if (count > this.#seen) size = Math.min(size, count - this.#seen);
    }
    return size;
  }

  async #write(piece: Uint8Array): Promise<void> {
    // A destination that is gone, and cannot say so to the source, swallows.
    if (!this.#drops && !this.#to.destroyed && !this.#to.writableEnded) {
      await new Promise<void>((resolve) => {
        this.#onTaken = resolve;
        this.#to.write(piece, () => resolve());
      });
    }
    this.#seen += piece.length;
    this.#checkCounts();
  }

  #checkCounts(): void {
    if (this.#seen >= this.#dropAt) this.#drops = true;
    if (this.#seen >= this.#cutAt) this.#cut();
  }
}
