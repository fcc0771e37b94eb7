import type { Calls } from "./calls.ts";
import type { EventQueue } from "./event-queue.ts";
import { keyCount, oneWay, type Shape } from "./shape.ts";

/** What happens in a fleet. */
export const Kind = { arrive: 0, finish: 1, answer: 2, fail: 3, refuse: 4, connect: 5, act: 6 } as const;

/** `draining`: finishes what it has and refuses the rest; `failing`: answers at once, with an error; `lost`: gone without a word. */
export type ServerState = "up" | "draining" | "failing" | "lost";
const states: readonly ServerState[] = ["up", "draining", "failing", "lost"];

/** How many times as long a call takes whose key is not in the server's cache. */
const missCost = 5;
/** In ms. */
const failsAfter = 1;
/** How often a server tells how busy it is, in ms. */
const loadPeriod = 100;

/** The servers' side: each works on some calls at once, and others wait in line. By server, in typed arrays. */
export class Servers {
  /** How busy each was in the latest period that is over, from 0 to 1. */
  readonly #load: Float64Array;
  readonly #shape: Shape;
  readonly #calls: Calls;
  readonly #events: EventQueue;
  readonly #state: Uint8Array;
  readonly #busy: Int32Array;
  /** The line of those that wait. */
  readonly #first: Int32Array;
  readonly #last: Int32Array;
  /** How many times as long calls take. */
  readonly #slowness: Float64Array;
  /** What its workers have done in this period, in ms, until when that is counted, and since when. */
  readonly #worked: Float64Array;
  readonly #countedTo: Float64Array;
  readonly #countedFrom: Float64Array;
  /** By server: what is in its cache, a bit for each key; undefined for all. */
  readonly #cached: (Uint32Array | undefined)[] = [];

  constructor(shape: Shape, calls: Calls, events: EventQueue) {
    const { servers } = shape;
    this.#shape = shape;
    this.#calls = calls;
    this.#events = events;
    this.#load = new Float64Array(servers);
    this.#state = new Uint8Array(servers);
    this.#busy = new Int32Array(servers);
    this.#first = new Int32Array(servers).fill(-1);
    this.#last = new Int32Array(servers).fill(-1);
    this.#slowness = new Float64Array(servers).fill(1);
    this.#worked = new Float64Array(servers);
    this.#countedTo = new Float64Array(servers);
    this.#countedFrom = new Float64Array(servers);
  }

  stateOf(server: number): ServerState {
    return states[this.#state[server]!]!;
  }

  /** How busy a server was lately, from 0 to 1. */
  loadOf(server: number, time: number): number {
    this.#count(server, time);
    return this.#load[server]!;
  }

  become(server: number, state: ServerState): void {
    this.#state[server] = states.indexOf(state);
    if (state === "lost") this.#dropLine(server);
  }

  /** @param times - how many times as long its calls take from now on */
  slowDown(server: number, times: number): void {
    this.#slowness[server] = times;
  }

  clearCache(server: number): void {
    this.#cached[server] = new Uint32Array(Math.ceil(keyCount(this.#shape) / 32));
  }

  arrive(call: number, time: number): void {
    const server = this.#calls.server[call]!;
    switch (this.stateOf(server)) {
      case "up":
        return this.#take(call, server, time);
      case "draining":
        return this.#reply(call, time, Kind.refuse);
      case "failing":
        return this.#reply(call, time + failsAfter, Kind.fail);
      case "lost":
        return this.#calls.drop(call);
    }
  }

  /** A worker is done with a call. */
  finish(call: number, time: number): void {
    const server = this.#calls.server[call]!;
    this.#count(server, time);
    this.#busy[server]!--;
    if (this.stateOf(server) === "lost") return this.#calls.drop(call);
    this.#reply(call, time, Kind.answer);
    const next = this.#nextInLine(server);
    if (next !== undefined) this.#work(next, server, time);
  }

  #reply(call: number, time: number, kind: number): void {
    const { client, server } = this.#calls;
    this.#events.add(time + oneWay(this.#shape, client[call]!, server[call]!), kind, call);
  }

  #take(call: number, server: number, time: number): void {
    if (this.#busy[server]! < this.#shape.workers) return this.#work(call, server, time);
    const last = this.#last[server]!;
    if (last === -1) this.#first[server] = call;
    else this.#calls.next[last] = call;
    this.#last[server] = call;
    this.#calls.next[call] = -1;
  }

  #work(call: number, server: number, time: number): void {
    this.#count(server, time);
    this.#busy[server]!++;
    const miss = this.#isMiss(server, this.#calls.key[call]!) ? missCost : 1;
    const ms = this.#calls.work[call]! * this.#slowness[server]! * miss;
    this.#events.add(time + ms, Kind.finish, call);
  }

  /** The first whose caller still waits: the others were cancelled. */
  #nextInLine(server: number): number | undefined {
    for (;;) {
      const call = this.#first[server]!;
      if (call === -1) return undefined;
      const next = this.#calls.next[call]!;
      this.#first[server] = next;
      if (next === -1) this.#last[server] = -1;
      if (this.#calls.awaited[call] === 1) return call;
      this.#calls.drop(call);
    }
  }

  #dropLine(server: number): void {
    for (let call = this.#first[server]!; call !== -1; call = this.#calls.next[call]!) this.#calls.drop(call);
    this.#first[server] = this.#last[server] = -1;
  }

  /** Whether the key was not in the cache; now it is. */
  #isMiss(server: number, key: number): boolean {
    const cached = this.#cached[server];
    if (cached === undefined) return false;
    const bit = 1 << (key & 31);
    if ((cached[key >>> 5]! & bit) !== 0) return false;
    cached[key >>> 5]! |= bit;
    return true;
  }

  /** How busy it is, up to now. */
  #count(server: number, time: number): void {
    this.#worked[server]! += this.#busy[server]! * (time - this.#countedTo[server]!);
    this.#countedTo[server] = time;
    const ms = time - this.#countedFrom[server]!;
    if (ms < loadPeriod) return;
    this.#load[server] = this.#worked[server]! / (ms * this.#shape.workers);
    this.#worked[server] = 0;
    this.#countedFrom[server] = time;
  }
}
