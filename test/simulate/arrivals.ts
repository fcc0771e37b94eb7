import { Random } from "../soak/random.ts";
import { arrivalRate, keyCount, type Shape } from "./shape.ts";

/** The calls that clients make, each on its own and at any time: the same ones whatever the balancer. */
export class Arrivals {
  readonly #shape: Shape;
  readonly #random: Random;
  readonly #gap: number;
  readonly #keys: number;
  /** When the next call is made; `Infinity` after the last. */
  time = 0;
  client = 0;
  key = 0;
  /** How long a server works on it, in ms. */
  work = 0;

  constructor(shape: Shape) {
    this.#shape = shape;
    this.#random = new Random(`${shape.seed} calls`);
    this.#gap = 1 / arrivalRate(shape);
    this.#keys = keyCount(shape);
    this.next();
  }

  next(): void {
    const { clients, service, warmUp, measured } = this.#shape;
    const random = this.#random;
    this.time += this.#gap * exponential(random);
    if (this.time >= warmUp + measured) this.time = Infinity;
    this.client = Math.floor(random.next() * clients);
    // Some keys are asked for more often than others: the n-th in proportion to the root of 1 / n.
    this.key = Math.floor(random.next() ** 2 * this.#keys);
    this.work = service * exponential(random);
  }
}

/** With a mean of 1. */
function exponential(random: Random): number {
  return -Math.log(1 - random.next());
}
