import { now } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import { sleep } from "../../timer.ts";
import { InvalidJson } from "../check.ts";
import type { Registered } from "../endpoint.ts";
import { type Changes, followAnyOf } from "../follow.ts";
import { ask } from "../http-request.ts";
import { KnownEndpoints, type Said } from "../known-endpoints.ts";
import type { EndpointChange, Resolver } from "../resolver.ts";
import type { Dialect } from "./dialect.ts";
import { reachedFrom, readEntry } from "./entry.ts";

/** A classic registry. */
export interface Source {
  readonly url: URL;
  readonly dialect: Dialect;
}

export interface PollOptions {
  /** Of one request, in ms. */
  readonly requestTimeout: number;
  /** Between two looks, in ms. */
  readonly interval: number;
  /** So long the registry keeps a server that is silent, in ms. */
  readonly ttl: number;
  readonly maxEndpoints: number;
  /** Of the answer's headers. */
  readonly maxSnapshotBytes: number;
  readonly logger: Logger;
  readonly random: () => number;
}

/** What one watch believes, through any number of outages. */
interface State {
  readonly known: KnownEndpoints;
  /** Whether the logger was told of an entry that names no server, since the last list without one. */
  complained: boolean;
}

/** What a registry lists, by entry. */
type List = ReadonlyMap<string, Registered>;

/** A resolver that reads, again and again, the list of the first classic registry that answers. */
export class ClassicResolver implements Resolver {
  readonly target: string;
  readonly #sources: ReadonlyMap<string, Source>;
  readonly #options: PollOptions;
  #lastError: Error | undefined;

  /** @param sources - at least one */
  constructor(sources: readonly Source[], name: string, options: PollOptions) {
    this.#sources = new Map(sources.map((source) => [source.url.href, source]));
    this.target = `${name} (${[...this.#sources.keys()].join(" or ")})`;
    this.#options = options;
  }

  get lastError(): Error | undefined {
    return this.#lastError;
  }

  watch(signal: AbortSignal): AsyncIterable<EndpointChange> {
    const { logger, random } = this.#options;
    const known = new KnownEndpoints(this.#options.maxEndpoints);
    const state: State = { known, complained: false };
    const target = this.target;
    const report = (error: Error | undefined): void => void (this.#lastError = error);
    const follow = (url: string): Changes => this.#follow(this.#sources.get(url)!, state, signal);
    return followAnyOf([...this.#sources.keys()], follow, { target, logger, random, report }, signal);
  }

  /** Looks until one fails. @throws Error when it does */
  async *#follow(source: Source, state: State, signal: AbortSignal): Changes {
    const { interval, random } = this.#options;
    let listed: List | undefined;
    for (;;) {
      const found = this.#read(source, await this.#fetch(source, signal), state);
      const said = listed === undefined ? snapshotOf(found) : differences(listed, found);
      yield said.flatMap((each) => state.known.apply(each, now()));
      listed = found;
      await sleep(interval * (0.9 + 0.2 * random()), signal);
      signal.throwIfAborted();
    }
  }

  async #fetch({ url, dialect }: Source, signal: AbortSignal): Promise<string> {
    const { requestTimeout, maxSnapshotBytes } = this.#options;
    try {
      const asked = { method: "GET", url, maxHeaderBytes: maxSnapshotBytes } as const;
      const { headers } = await ask(asked, { timeLimit: requestTimeout, signal });
      const list = headers[dialect.serversHeader.toLowerCase()];
      if (typeof list === "string") return list;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "HPE_HEADER_OVERFLOW") throw error;
      const text = `the list of ${url.href} has more than ${maxSnapshotBytes} bytes (option maxSnapshotBytes)`;
      throw new Error(text, { cause: error });
    }
    const missing = `there is no header ${dialect.serversHeader} (options url and dialect)`;
    throw new Error(`${url.href} does not answer as a classic registry does: ${missing}`);
  }

  /** What cannot be read is left out: one bad entry is no reason to lose the others. */
  #read({ url, dialect }: Source, list: string, state: State): List {
    const { maxEndpoints, ttl } = this.#options;
    const entries = new Set(list.split(",").map((each) => each.trim()));
    entries.delete("");
    if (entries.size > maxEndpoints)
      throw new Error(
        `${url.href} lists ${entries.size} servers: at most ${maxEndpoints} are taken (option maxEndpoints)`,
      );
    const found = new Map<string, Registered>();
    let fault: InvalidJson | undefined;
    for (const entry of entries) {
      try {
        const endpoint = reachedFrom(readEntry(entry, "the entry", dialect), url.hostname);
        found.set(entry, { endpoint, ttl });
      } catch (error) {
        if (!(error instanceof InvalidJson)) throw error;
        fault ??= error;
      }
    }
    if (fault !== undefined && !state.complained)
      this.#options.logger.warn(`an entry of ${this.target} names no server`, { error: fault });
    state.complained = fault !== undefined;
    return found;
  }
}

function snapshotOf(found: List): Said[] {
  return [{ kind: "snapshot", endpoints: [...found.values()] }];
}

/** Who has come and who has gone, in this order: a fleet that was replaced has not vanished. */
function differences(before: List, found: List): Said[] {
  const said: Said[] = [];
  for (const [entry, endpoint] of found) if (!before.has(entry)) said.push({ kind: "insert", endpoint });
  for (const id of before.keys()) if (!found.has(id)) said.push({ kind: "remove", id, reason: "expired" });
  return said.length === 0 ? [{ kind: "keepalive" }] : said;
}
