import { now } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import { InvalidJson } from "../check.ts";
import type { Registered } from "../endpoint.ts";
import { type Changes, followAnyOf, within } from "../follow.ts";
import { KnownEndpoints } from "../known-endpoints.ts";
import { readLines } from "../lines.ts";
import type { EndpointChange, Resolver } from "../resolver.ts";
import { type Entry, readEntry } from "./entry.ts";
import type { Gateway } from "./gateway.ts";
import type { Keys } from "./keys.ts";
import { type KeyValue, parseRange, parseWatchLine, type Range, type WatchEvent } from "./messages.ts";

export interface WatchOptions {
  /** For one answer, in ms; and so long a watch may be silent before etcd is asked whether it is there. */
  readonly requestTimeout: number;
  /** Endpoints of the name. */
  readonly maxEndpoints: number;
  /** Of one answer. */
  readonly maxSnapshotBytes: number;
  /** In ms, of endpoints that do not say. */
  readonly ttl: number;
  readonly logger: Logger;
  readonly random: () => number;
}

/** What one watch believes, through any number of connections. */
interface State {
  readonly known: KnownEndpoints;
  /** The latest revision of etcd's that was seen. */
  revision: number;
  /** Whether the logger was told of a key that holds no endpoint, since the last snapshot without one. */
  complained: boolean;
}

/** A resolver that watches the keys of a name, at the first of etcd's members that answers. */
export class EtcdResolver implements Resolver {
  readonly target: string;
  readonly #gateway: Gateway;
  readonly #hosts: readonly string[];
  readonly #keys: Keys;
  readonly #options: WatchOptions;
  #lastError: Error | undefined;

  constructor(target: string, gateway: Gateway, hosts: readonly string[], keys: Keys, options: WatchOptions) {
    this.target = target;
    this.#gateway = gateway;
    this.#hosts = hosts;
    this.#keys = keys;
    this.#options = options;
  }

  get lastError(): Error | undefined {
    return this.#lastError;
  }

  watch(signal: AbortSignal): AsyncIterable<EndpointChange> {
    const { logger, random } = this.#options;
    const state: State = { known: new KnownEndpoints(), revision: 0, complained: false };
    const target = this.target;
    const report = (error: Error | undefined): void => void (this.#lastError = error);
    const follow = (host: string): Changes => this.#follow(host, state, signal);
    // Not every caller at the same member.
    const first = Math.floor(random() * this.#hosts.length);
    const hosts = [...this.#hosts.slice(first), ...this.#hosts.slice(0, first)];
    return followAnyOf(hosts, follow, { target, logger, random, report }, signal);
  }

  /** A snapshot, then what changes after it. @throws Error when the watch breaks off, which it always does */
  async *#follow(host: string, state: State, signal: AbortSignal): Changes {
    const { known } = state;
    const { requestTimeout } = this.#options;
    const connection = new AbortController();
    signal.addEventListener("abort", () => connection.abort(), { signal: connection.signal });
    let next: Promise<IteratorResult<string, void>> | undefined;
    try {
      yield this.#begin(host, await this.#range(host, connection.signal), state);
      const lines = await this.#open(host, state.revision + 1, connection);
      let silentAt = now() + requestTimeout;
      next = lines.next();
      for (;;) {
        const result = await within(next, Math.min(silentAt, known.due) - now());
        if (result === undefined) {
          if (now() >= silentAt) {
            await this.#probe(host, state, connection.signal);
            silentAt = now() + requestTimeout;
          }
          yield known.settle(now());
          continue;
        }
        if (result.done === true) throw new Error(`${host} ended the watch`);
        const events = this.#read(host, result.value, state);
        if (events.length > 0) yield this.#apply(events, state);
        this.#checkSize(host, known.size);
        silentAt = now() + requestTimeout;
        next = lines.next();
      }
    } finally {
      connection.abort();
      next?.catch(() => {});
    }
  }

  async #range(host: string, signal: AbortSignal): Promise<Range> {
    const { requestTimeout, maxEndpoints, maxSnapshotBytes } = this.#options;
    const { first, end } = this.#keys;
    const body = { key: first, range_end: end, limit: `${maxEndpoints + 1}` };
    const answer = { most: maxSnapshotBytes, option: "maxSnapshotBytes" };
    const bounds = { timeLimit: requestTimeout, signal, answer };
    const text = await this.#gateway.ask(host, "kv/range", body, bounds);
    const range = understood(host, () => parseRange(text));
    this.#checkSize(host, Math.max(range.count, range.entries.length));
    return range;
  }

  #begin(host: string, { revision, entries }: Range, state: State): EndpointChange[] {
    if (revision < state.revision) {
      const details = { registry: host, revision, before: state.revision };
      this.#options.logger.warn("etcd's data is not what it was: its revision is lower", details);
    }
    state.revision = revision;
    const endpoints: Registered[] = [];
    const withdrawn: string[] = [];
    const read = entries.map((at) => this.#entry(at, state));
    if (!read.includes(undefined)) state.complained = false;
    for (const entry of read) {
      if (entry?.kind === "registered") endpoints.push(entry.registered);
      if (entry?.kind === "withdrawn") withdrawn.push(entry.id);
    }
    const { known } = state;
    // Whoever said goodbye is not kept: that comes after what keeps the missing.
    const snapshot = known.apply({ kind: "snapshot", endpoints }, now());
    const goodbyes = withdrawn.flatMap((id) =>
      known.apply({ kind: "remove", id, reason: "withdrawn" }, now()),
    );
    return [...snapshot, ...goodbyes];
  }

  async #open(
    host: string,
    from: number,
    connection: AbortController,
  ): Promise<AsyncGenerator<string, void>> {
    const { requestTimeout, maxSnapshotBytes } = this.#options;
    const { first, end } = this.#keys;
    const body = { create_request: { key: first, range_end: end, start_revision: `${from}` } };
    const opening = this.#gateway.stream(host, "watch", body, connection.signal);
    const answer = await within(opening, requestTimeout);
    if (answer !== undefined) {
      // What forgets silent connections on the way, such as a NAT, is to see this one in use.
      answer.socket.setKeepAlive(true, 15_000);
      return readLines(answer, maxSnapshotBytes);
    }
    opening.catch(() => {});
    throw new Error(`${host} did not begin the watch within ${requestTimeout} ms`);
  }

  /** A watch with nothing to say looks like one at a member that is gone, or cut off from the others. */
  async #probe(host: string, state: State, signal: AbortSignal): Promise<void> {
    const body = { key: this.#keys.first, count_only: true };
    const bounds = { timeLimit: this.#options.requestTimeout, signal };
    const text = await this.#gateway.ask(host, "kv/range", body, bounds);
    const { revision } = understood(host, () => parseRange(text));
    if (revision < state.revision)
      throw new Error(`${host} is at revision ${revision}, after ${state.revision}: its data is another`);
  }

  #read(host: string, line: string, state: State): readonly WatchEvent[] {
    const answer = understood(host, () => parseWatchLine(line));
    if (answer.kind === "canceled") throw new Error(`${host} canceled the watch: ${answer.reason}`);
    state.revision = Math.max(state.revision, answer.revision);
    return answer.events;
  }

  #apply(events: readonly WatchEvent[], state: State): EndpointChange[] {
    const { known } = state;
    return events.flatMap((event) => {
      if (event.kind === "delete") {
        const id = this.#idIn(event.at);
        return id === undefined ? [] : known.apply({ kind: "remove", id, reason: "expired" }, now());
      }
      const entry = this.#entry(event.at, state);
      if (entry === undefined) return [];
      if (entry.kind === "registered")
        return known.apply({ kind: "insert", endpoint: entry.registered }, now());
      return known.apply({ kind: "remove", id: entry.id, reason: "withdrawn" }, now());
    });
  }

  /** Undefined for what nobody can call: one bad key is no reason to lose the others. */
  #entry(at: KeyValue, state: State): Entry | undefined {
    try {
      return readEntry(at, this.#keys, this.#options.ttl);
    } catch (error) {
      const key = Buffer.from(at.key, "base64").toString();
      if (!state.complained)
        this.#options.logger.warn(`a key of ${this.target} holds no endpoint`, { key, error });
      state.complained = true;
      return undefined;
    }
  }

  #idIn(at: KeyValue): string | undefined {
    try {
      return this.#keys.idIn(at.key);
    } catch {
      return undefined;
    }
  }

  #checkSize(host: string, size: number): void {
    const { maxEndpoints } = this.#options;
    if (size <= maxEndpoints) return;
    throw new Error(
      `${host} reports ${size} endpoints for ${this.target}: at most ${maxEndpoints} are taken (option maxEndpoints)`,
    );
  }
}

function understood<T>(host: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof InvalidJson)) throw error;
    throw new Error(`${host} does not answer as etcd does: ${error.message}`, { cause: error });
  }
}
