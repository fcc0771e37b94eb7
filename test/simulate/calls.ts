import { doubled } from "./event-queue.ts";

/** Calls by number, in typed arrays; a number is used again when a call is over for its client and for its server. */
export class Calls {
  client = new Int32Array(1024);
  server = new Int32Array(1024);
  key = new Int32Array(1024);
  /** How long a server with all that it needs works on it, in ms. */
  work = new Float64Array(1024);
  /** When it was made. */
  made = new Float64Array(1024);
  /** When it was sent where it is now. */
  sent = new Float64Array(1024);
  /** Whether its client waits for an answer. */
  awaited = new Uint8Array(1024);
  /** Whether it is on its way or at a server. */
  held = new Uint8Array(1024);
  /** The next in the line in which it stands; -1 for none. */
  next = new Int32Array(1024);
  #free: number[] = [];
  #used = 0;

  make(client: number, key: number, work: number, time: number): number {
    const call = this.#free.pop() ?? this.#add();
    this.client[call] = client;
    this.key[call] = key;
    this.work[call] = work;
    this.made[call] = time;
    this.awaited[call] = 1;
    this.held[call] = 0;
    return call;
  }

  send(call: number, server: number, time: number): void {
    this.server[call] = server;
    this.sent[call] = time;
    this.held[call] = 1;
  }

  /** Its client has its answer, or has given up. */
  settle(call: number): void {
    this.awaited[call] = 0;
    this.#release(call);
  }

  /** It is neither on its way nor at a server any more. */
  drop(call: number): void {
    this.held[call] = 0;
    this.#release(call);
  }

  #release(call: number): void {
    if (this.awaited[call] === 0 && this.held[call] === 0) this.#free.push(call);
  }

  #add(): number {
    if (this.#used === this.client.length) this.#grow();
    return this.#used++;
  }

  #grow(): void {
    this.client = doubled(this.client);
    this.server = doubled(this.server);
    this.key = doubled(this.key);
    this.work = doubled(this.work);
    this.made = doubled(this.made);
    this.sent = doubled(this.sent);
    this.awaited = doubled(this.awaited);
    this.held = doubled(this.held);
    this.next = doubled(this.next);
  }
}
