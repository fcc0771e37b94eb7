import { now } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import { InvalidJson } from "../check.ts";
import { type Changes, followAnyOf, within } from "../follow.ts";
import { readLines } from "../lines.ts";
import type { EndpointChange, Resolver } from "../resolver.ts";
import { EtcdView } from "./etcd-view.ts";
import type { Gateway } from "./gateway.ts";
import type { Keys } from "./keys.ts";
import { parseRange, parseWatchLine, type Range } from "./messages.ts";

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
    const { maxEndpoints, ttl, logger, random } = this.#options;
    const target = this.target;
    const view = new EtcdView({ target, keys: this.#keys, maxEndpoints, ttl, logger });
    const report = (error: Error | undefined): void => void (this.#lastError = error);
    const follow = (host: string): Changes => this.#follow(host, view, signal);
    // Not every caller at the same member.
    const first = Math.floor(random() * this.#hosts.length);
    const hosts = [...this.#hosts.slice(first), ...this.#hosts.slice(0, first)];
    return followAnyOf(hosts, follow, { target, logger, random, report }, signal);
  }

  /** A snapshot, then what changes after it. @throws Error when the watch breaks off, which it always does */
  async *#follow(host: string, view: EtcdView, signal: AbortSignal): Changes {
    const { known } = view;
    const { requestTimeout } = this.#options;
    const connection = new AbortController();
    signal.addEventListener("abort", () => connection.abort(), { signal: connection.signal });
    let next: Promise<IteratorResult<string, void>> | undefined;
    try {
      yield view.begin(host, await this.#range(host, view.mostKeys, connection.signal));
      const lines = await this.#open(host, view.next, connection);
      let silentAt = now() + requestTimeout;
      let wasBehind = false;
      next = lines.next();
      for (;;) {
        const result = await within(next, Math.min(silentAt, known.due) - now());
        if (result === undefined) {
          if (now() >= silentAt) {
            const isBehind = await this.#probe(host, view, connection.signal);
            if (isBehind && wasBehind) throw new Error(`the watch at ${host} does not report what changes`);
            wasBehind = isBehind;
            silentAt = now() + requestTimeout;
          }
          yield known.settle(now());
          continue;
        }
        if (result.done === true) throw new Error(`${host} ended the watch`);
        const changes = this.#read(host, result.value, view);
        if (changes.length > 0) yield changes;
        silentAt = now() + requestTimeout;
        wasBehind = false;
        next = lines.next();
      }
    } finally {
      connection.abort();
      next?.catch(() => {});
    }
  }

  async #range(host: string, mostKeys: number, signal: AbortSignal): Promise<Range> {
    const { requestTimeout, maxSnapshotBytes } = this.#options;
    const { first, end } = this.#keys;
    const body = { key: first, range_end: end, limit: `${mostKeys + 1}` };
    const answer = { most: maxSnapshotBytes, option: "maxSnapshotBytes" };
    const bounds = { timeLimit: requestTimeout, signal, answer };
    const text = await this.#gateway.ask(host, "kv/range", body, bounds);
    return understood(host, () => parseRange(text));
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

  /**
   * A watch with nothing to say looks like one at a member that is gone, or cut off from the others, and like one whose connection
   * has died while others can still be made.
   * @returns whether the watch has yet to report something
   */
  async #probe(host: string, view: EtcdView, signal: AbortSignal): Promise<boolean> {
    const { first, end } = this.#keys;
    const news = { min_mod_revision: `${view.next}`, limit: "1", keys_only: true };
    const bounds = { timeLimit: this.#options.requestTimeout, signal };
    const text = await this.#gateway.ask(host, "kv/range", { key: first, range_end: end, ...news }, bounds);
    return view.isBehind(
      host,
      understood(host, () => parseRange(text)),
    );
  }

  #read(host: string, line: string, view: EtcdView): EndpointChange[] {
    const answer = understood(host, () => parseWatchLine(line));
    if (answer.kind === "canceled") throw new Error(`${host} canceled the watch: ${answer.reason}`);
    return view.apply(host, answer.events, answer.revision);
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
