import { now } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { InvalidJson } from "./check.ts";
import { reachedFrom } from "./classic/entry.ts";
import type { Registered } from "./endpoint.ts";
import { type Changes, followAnyOf, within } from "./follow.ts";
import { open } from "./http-request.ts";
import { KnownEndpoints } from "./known-endpoints.ts";
import { readLines } from "./lines.ts";
import { parseLine, watchPath, type WatchLine } from "./protocol.ts";
import type { EndpointChange, Resolver } from "./resolver.ts";

/** In a row, after which a watch counts as dead. */
const missedKeepalives = 3;

export interface WatchOptions {
  /** For the first line, in ms. */
  readonly requestTimeout: number;
  /** Endpoints of the name. */
  readonly maxEndpoints: number;
  /** Of one line. */
  readonly maxSnapshotBytes: number;
  /** Of each request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly logger: Logger;
  readonly random: () => number;
}

/** A resolver that watches a name at the first of its registries that answers. */
export class HttpResolver implements Resolver {
  readonly target: string;
  readonly #bases: readonly string[];
  readonly #name: string;
  readonly #options: WatchOptions;
  #lastError: Error | undefined;

  /** @param bases - addresses of registries, without a slash at the end; at least one */
  constructor(bases: readonly string[], name: string, options: WatchOptions) {
    this.target = `${name} (${bases.join(" or ")})`;
    this.#bases = bases;
    this.#name = name;
    this.#options = options;
  }

  get lastError(): Error | undefined {
    return this.#lastError;
  }

  watch(signal: AbortSignal): AsyncIterable<EndpointChange> {
    const { logger, random } = this.#options;
    const known = new KnownEndpoints(this.#options.maxEndpoints);
    const target = this.target;
    const report = (error: Error | undefined): void => void (this.#lastError = error);
    const follow = (base: string): Changes => this.#follow(base, known, signal);
    return followAnyOf(this.#bases, follow, { target, logger, random, report }, signal);
  }

  /** One connection's worth of changes, line by line. @throws Error when it breaks off, which it always does */
  async *#follow(base: string, known: KnownEndpoints, signal: AbortSignal): Changes {
    const connection = new AbortController();
    signal.addEventListener("abort", () => connection.abort(), { signal: connection.signal });
    let next: Promise<IteratorResult<string, void>> | undefined;
    try {
      const lines = await this.#open(base, connection);
      let patience = this.#options.requestTimeout;
      let silentAt = now() + patience;
      next = lines.next();
      for (let snapshot = false; ;) {
        const result = await within(next, Math.min(silentAt, known.due) - now());
        if (result === undefined) {
          if (now() >= silentAt) throw new Error(`${base} said nothing for ${patience} ms`);
          yield known.settle(now());
          continue;
        }
        if (result.done === true) throw new Error(`${base} ended the watch`);
        const line = this.#parse(base, result.value, snapshot);
        snapshot = true;
        if (line.kind === "snapshot") patience = missedKeepalives * line.keepalive;
        yield known.apply(line, now());
        this.#checkSize(base, known.size);
        silentAt = now() + patience;
        next = lines.next();
      }
    } finally {
      connection.abort();
      next?.catch(() => {});
    }
  }

  async #open(base: string, connection: AbortController): Promise<AsyncGenerator<string, void>> {
    const { requestTimeout, maxSnapshotBytes, headers } = this.#options;
    const url = new URL(base + watchPath(this.#name));
    const opening = open({ method: "GET", url, headers }, connection.signal);
    const answer = await within(opening, requestTimeout);
    if (answer !== undefined) return readLines(answer, maxSnapshotBytes);
    opening.catch(() => {});
    throw new Error(`${base} did not answer within ${requestTimeout} ms`);
  }

  #parse(base: string, text: string, afterSnapshot: boolean): WatchLine {
    try {
      const line = parseLine(text, this.#options.maxEndpoints);
      if (afterSnapshot || line.kind === "snapshot") return lineFrom(line, new URL(base).hostname);
      throw new InvalidJson(`the first line is of kind ${line.kind}: a snapshot comes first`);
    } catch (error) {
      throw new Error(`${base} is not a registry that this client understands: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  #checkSize(base: string, size: number): void {
    const { maxEndpoints } = this.#options;
    if (size <= maxEndpoints) return;
    throw new Error(
      `${base} reports ${size} endpoints of ${this.#name}: at most ${maxEndpoints} are taken (option maxEndpoints)`,
    );
  }
}

/** A line as whoever reached the registry at a host understands it. */
function lineFrom(line: WatchLine, host: string): WatchLine {
  const reached = (registered: Registered): Registered => ({
    ...registered,
    endpoint: reachedFrom(registered.endpoint, host),
  });
  if (line.kind === "snapshot") return { ...line, endpoints: line.endpoints.map(reached) };
  return "endpoint" in line ? { ...line, endpoint: reached(line.endpoint) } : line;
}
