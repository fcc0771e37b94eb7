import { checkNames, type OptionNames } from "../option-names.ts";

/** A number, or a range from which the seed chooses. */
export type Amount = number | readonly [least: number, most: number];

/** What befalls the bytes of one direction. */
export interface Faults {
  /** In ms: each piece arrives so much later, chosen anew for each. The order stays. */
  readonly delay?: Amount;
  /** The bytes that a slow reader takes in a second, above zero. */
  readonly bytesPerSecond?: number;
  /** The largest piece that arrives at once, in bytes from 1, chosen anew for each: 1 gives single bytes. */
  readonly split?: Amount;
  /**
   * After so many bytes everything vanishes, the connection's end too, and nobody is told: 0 from the start. In one direction
   * that is a half-open connection, in both a black hole. What has begun to vanish does so for as long as the connection lives.
   */
  readonly dropAfter?: Amount;
  /** After so many bytes the connection is cut for both sides. */
  readonly cutAfter?: Amount;
}

/** The faults of a connection. */
export interface FaultPlan {
  /** What ranges are chosen by: connection by connection, each direction by itself. @defaultValue 1 */
  readonly seed?: number;
  /** What befalls what clients send. @defaultValue nothing */
  readonly toServer?: Faults;
  /** What befalls what the server sends. @defaultValue nothing */
  readonly toClient?: Faults;
}

const names: OptionNames<Faults> = {
  delay: true,
  bytesPerSecond: true,
  split: true,
  dropAfter: true,
  cutAfter: true,
};

/**
 * @throws RangeError that names the fault and its value
 * @throws TypeError for a fault that is not known
 */
export function checkPlan(plan: FaultPlan): void {
  checkNames("a plan of faults", { seed: true, toServer: true, toClient: true }, plan);
  for (const direction of ["toServer", "toClient"] as const) {
    const faults = plan[direction] ?? {};
    checkNames(direction, names, faults);
    const { delay, bytesPerSecond, split, dropAfter, cutAfter } = faults;
    checkAmount(`${direction}.delay`, delay, 0, "milliseconds from 0");
    checkAmount(`${direction}.split`, split, 1, "bytes from 1");
    checkAmount(`${direction}.dropAfter`, dropAfter, 0, "bytes from 0");
    checkAmount(`${direction}.cutAfter`, cutAfter, 0, "bytes from 0");
    if (bytesPerSecond !== undefined && !(bytesPerSecond > 0)) {
      throw new RangeError(`${direction}.bytesPerSecond is ${bytesPerSecond}: it takes a number above 0`);
    }
  }
}

function checkAmount(name: string, amount: Amount | undefined, low: number, takes: string): void {
  if (amount === undefined) return;
  const [least, most] = rangeOf(amount);
  if (least >= low && most >= least) return;
  const text = typeof amount === "number" ? String(amount) : JSON.stringify(amount);
  throw new RangeError(`${name} is ${text}: it takes ${takes}, or a range of them`);
}

/** An amount as a number. */
export function choose(amount: Amount, random: () => number): number {
  const [least, most] = rangeOf(amount);
  return least === most ? least : Math.floor(least + random() * (most - least + 1));
}

function rangeOf(amount: Amount): readonly [number, number] {
  return typeof amount === "number" ? [amount, amount] : amount;
}
