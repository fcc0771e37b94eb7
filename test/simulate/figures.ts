import { Histogram } from "./histogram.ts";
import { type Shape, zoneOf } from "./shape.ts";

/** How calls fared that were made since the scenario began. */
export interface Figures {
  readonly calls: number;
  /** Parts of all calls. */
  readonly failed: number;
  readonly toOtherZones: number;
  /** In ms, of the answers and of the calls that were given up, not of errors that came at once. */
  readonly mean: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  /** Standard deviation of the calls that the servers got, as a part of their mean; of those that were there in the end. */
  readonly spread: number;
  /** The same of who got the most, as a multiple of their mean. */
  readonly busiest: number;
  /** By second: the 99th percentile in ms, and the part that failed. */
  readonly p99BySecond: readonly number[];
  readonly failedBySecond: readonly number[];
  /** By server that was there in the end, in ascending order. */
  readonly callsByServer: readonly number[];
}

interface Second {
  readonly times: Histogram;
  calls: number;
  failed: number;
}

/** Counts calls by the second in which they were made. */
export class Recorder {
  readonly #shape: Shape;
  readonly #seconds: readonly Second[];
  readonly #callsByServer: Uint32Array;
  #sum = 0;
  #sent = 0;
  #toOtherZones = 0;

  constructor(shape: Shape) {
    this.#shape = shape;
    this.#seconds = Array.from({ length: Math.ceil(shape.measured / 1_000) }, () => ({
      times: new Histogram(),
      calls: 0,
      failed: 0,
    }));
    this.#callsByServer = new Uint32Array(shape.servers);
  }

  sent(client: number, server: number, made: number): void {
    if (made < this.#shape.warmUp) return;
    this.#callsByServer[server]!++;
    this.#sent++;
    if (zoneOf(this.#shape, client) !== zoneOf(this.#shape, server)) this.#toOtherZones++;
  }

  answered(made: number, ms: number): void {
    const second = this.#secondOf(made);
    if (second === undefined) return;
    second.calls++;
    this.#time(second, ms);
  }

  givenUp(made: number): void {
    const second = this.#secondOf(made);
    if (second === undefined) return;
    second.calls++;
    second.failed++;
    this.#time(second, this.#shape.timeout);
  }

  failed(made: number): void {
    const second = this.#secondOf(made);
    if (second === undefined) return;
    second.calls++;
    second.failed++;
  }

  /** @param isThere - whether a server was there in the end */
  figures(isThere: (server: number) => boolean): Figures {
    const times = new Histogram();
    let [calls, failed] = [0, 0];
    for (const second of this.#seconds) {
      times.add(second.times);
      calls += second.calls;
      failed += second.failed;
    }
    const callsByServer = this.#callsByServer.filter((_, server) => isThere(server)).sort();
    const mean = callsByServer.reduce((sum, each) => sum + each, 0) / callsByServer.length;
    const variance = callsByServer.reduce((sum, each) => sum + (each - mean) ** 2, 0) / callsByServer.length;
    return {
      calls,
      failed: failed / calls,
      toOtherZones: this.#toOtherZones / this.#sent,
      mean: this.#sum / times.total,
      p50: times.quantile(0.5),
      p99: times.quantile(0.99),
      p999: times.quantile(0.999),
      spread: Math.sqrt(variance) / mean,
      busiest: callsByServer.at(-1)! / mean,
      p99BySecond: this.#seconds.map((second) => second.times.quantile(0.99)),
      failedBySecond: this.#seconds.map((second) => second.failed / second.calls),
      callsByServer: [...callsByServer],
    };
  }

  #secondOf(made: number): Second | undefined {
    return this.#seconds[Math.floor((made - this.#shape.warmUp) / 1_000)];
  }

  #time(second: Second, ms: number): void {
    second.times.record(ms);
    this.#sum += ms;
  }
}
