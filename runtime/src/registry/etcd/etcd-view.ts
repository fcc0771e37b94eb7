import { now } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import type { Registered } from "../endpoint.ts";
import { KnownEndpoints } from "../known-endpoints.ts";
import type { EndpointChange } from "../resolver.ts";
import { type Entry, readEntry } from "./entry.ts";
import type { Keys } from "./keys.ts";
import type { KeyValue, Range, WatchEvent } from "./messages.ts";

/** A withdrawn endpoint leaves its key for a time to live, so that a fleet that is replaced has two of each for a while. */
const keysPerEndpoint = 2;

export interface ViewOptions {
  /** What is watched, for messages. */
  readonly target: string;
  readonly keys: Keys;
  readonly maxEndpoints: number;
  /** In ms, of endpoints that do not say. */
  readonly ttl: number;
  readonly logger: Logger;
}

/** What one watch believes, through any number of connections. */
export class EtcdView {
  readonly known: KnownEndpoints;
  readonly #options: ViewOptions;
  /** The keys that etcd has, whatever stands there. */
  readonly #stored = new Set<string>();
  /** The latest revision of etcd's that was seen. */
  #revision = 0;
  /** All changes of these keys up to this revision were reported. */
  #reported = 0;
  /** Whether the logger was told of a key that holds no endpoint, since the last snapshot without one. */
  #complained = false;

  constructor(options: ViewOptions) {
    this.#options = options;
    this.known = new KnownEndpoints(options.maxEndpoints);
  }

  /** Of the range to ask for: more keys than these are refused. */
  get mostKeys(): number {
    return keysPerEndpoint * this.#options.maxEndpoints;
  }

  /** The revision from which on changes have not been reported yet. */
  get next(): number {
    return this.#reported + 1;
  }

  /** Begins anew with all keys at one revision. @throws Error for too many */
  begin(host: string, { revision, entries, count }: Range): EndpointChange[] {
    this.#checkKeys(host, Math.max(count, entries.length));
    if (revision < this.#revision) {
      const details = { registry: host, revision, before: this.#revision };
      this.#options.logger.warn("etcd's data is not what it was: its revision is lower", details);
    }
    const read = entries.map((at) => this.#entry(at));
    const endpoints = read.flatMap((entry) => (entry?.kind === "registered" ? [entry.registered] : []));
    this.#checkEndpoints(host, endpoints.length);
    this.#revision = this.#reported = revision;
    this.#stored.clear();
    for (const { key } of entries) this.#stored.add(key);
    if (!read.includes(undefined)) this.#complained = false;
    return this.#restart(endpoints, read);
  }

  #restart(endpoints: readonly Registered[], read: readonly (Entry | undefined)[]): EndpointChange[] {
    const goodbyes = read.flatMap((entry) => (entry?.kind === "withdrawn" ? [entry.id] : []));
    // Whoever said goodbye is not kept: that comes after what keeps the missing.
    return [
      ...this.known.apply({ kind: "snapshot", endpoints }, now()),
      ...goodbyes.flatMap((id) => this.known.apply({ kind: "remove", id, reason: "withdrawn" }, now())),
    ];
  }

  /** What to pass on of a line of the watch. @throws Error for too many */
  apply(host: string, events: readonly WatchEvent[], revision: number): EndpointChange[] {
    this.#revision = Math.max(this.#revision, revision);
    const changes = events.flatMap((event) => this.#change(event));
    this.#checkKeys(host, this.#stored.size);
    this.#checkEndpoints(host, this.known.size);
    return changes;
  }

  #change({ kind, at }: WatchEvent): EndpointChange[] {
    this.#reported = Math.max(this.#reported, at.revision);
    if (kind === "delete") {
      this.#stored.delete(at.key);
      const id = this.#idIn(at);
      return id === undefined ? [] : this.known.apply({ kind: "remove", id, reason: "expired" }, now());
    }
    this.#stored.add(at.key);
    const entry = this.#entry(at);
    if (entry === undefined) return [];
    if (entry.kind === "registered")
      return this.known.apply({ kind: "insert", endpoint: entry.registered }, now());
    return this.known.apply({ kind: "remove", id: entry.id, reason: "withdrawn" }, now());
  }

  /**
   * Whether etcd knows more than the watch has reported.
   * @param range - the keys of this view that are at {@link next} or later, and how many there are in all
   * @throws Error for data that are another's
   */
  isBehind(host: string, { revision, entries, count }: Range): boolean {
    if (revision < this.#revision)
      throw new Error(`${host} is at revision ${revision}, after ${this.#revision}: its data is another`);
    return entries.length > 0 || count !== this.#stored.size;
  }

  /** Undefined for what nobody can call: one bad key is no reason to lose the others. */
  #entry(at: KeyValue): Entry | undefined {
    const { keys, ttl, target, logger } = this.#options;
    try {
      return readEntry(at, keys, ttl);
    } catch (error) {
      const key = Buffer.from(at.key, "base64").toString();
      if (!this.#complained) logger.warn(`a key of ${target} holds no endpoint`, { key, error });
      this.#complained = true;
      return undefined;
    }
  }

  #idIn(at: KeyValue): string | undefined {
    try {
      return this.#options.keys.idIn(at.key);
    } catch {
      return undefined;
    }
  }

  #checkKeys(host: string, count: number): void {
    if (count > this.mostKeys) throw this.#tooMany(`${host} has ${count} keys`, `${this.mostKeys} keys`);
  }

  #checkEndpoints(host: string, count: number): void {
    const { maxEndpoints } = this.#options;
    if (count > maxEndpoints) throw this.#tooMany(`${host} reports ${count} endpoints`, `${maxEndpoints}`);
  }

  #tooMany(found: string, most: string): Error {
    return new Error(`${found} for ${this.#options.target}: at most ${most} are taken (option maxEndpoints)`);
  }
}
