import type { Registered } from "./endpoint.ts";
import type { WatchLine } from "./protocol.ts";
import type { EndpointChange } from "./resolver.ts";

/** What a registry says of endpoints. */
export type Said =
  | Exclude<WatchLine, { kind: "snapshot" }>
  | { readonly kind: "snapshot"; readonly endpoints: readonly Registered[] };

interface Gone extends Registered {
  readonly since: number;
}

/**
 * What a watcher believes, between what a registry says and what is passed on. Servers that say goodbye are gone at
 * once; servers that merely fall silent may be alive behind a registry that is not:
 *
 * - When more than half expire within their time to live, they are kept (the panic threshold).
 * - What a later snapshot no longer lists is kept for its time to live: a registry that has just started again has
 *   heard of nobody yet.
 * - Who expires within its time to live after such a snapshot is kept for as long again: a registry that was away cannot
 *   have heard the renewals that came meanwhile.
 *
 * Who is kept goes when at least half of all that are known are alive and its time to live is over. Being kept costs a
 * dead server nothing: it is skipped while it cannot be reached.
 */
export class KnownEndpoints {
  readonly #alive = new Map<string, Registered>();
  /** Silent, and passed on as alive all the same. */
  readonly #kept = new Map<string, Gone>();
  /** Passed on as expired, no longer ago than their time to live. */
  readonly #expired = new Map<string, Gone>();
  readonly #most: number;
  /** When the registry was back from its latest outage; undefined before the first snapshot. */
  #back: number | undefined;

  /** @param most - how many are kept; whoever has been silent for longest goes first */
  constructor(most: number) {
    this.#most = most;
  }

  /** How many the registry lists: those that are kept are not its doing. */
  get size(): number {
    return this.#alive.size;
  }

  /** When {@link settle} has something to do; `Infinity` while it has not. */
  get due(): number {
    if (this.#panics()) return Infinity;
    let earliest = Infinity;
    for (const { since, ttl } of this.#kept.values()) earliest = Math.min(earliest, since + ttl);
    return earliest;
  }

  /** What to pass on of a line. */
  apply(line: Said, now: number): EndpointChange[] {
    for (const [id, { since, ttl }] of this.#expired) if (since + ttl <= now) this.#expired.delete(id);
    switch (line.kind) {
      case "snapshot":
        return [this.#restart(line.endpoints, now)];
      case "insert":
      case "update":
        return [this.#learn(line.endpoint), ...this.settle(now)];
      case "remove":
        return [
          ...(line.reason === "withdrawn" ? this.#forget(line.id) : this.#expire(line.id, now)),
          ...this.settle(now),
        ];
      case "keepalive":
        return this.settle(now);
    }
  }

  /** Lets go of those that were kept for long enough. */
  settle(now: number): EndpointChange[] {
    if (this.#panics()) return [];
    const changes: EndpointChange[] = [];
    for (const [id, { since, ttl }] of this.#kept) {
      if (since + ttl > now) continue;
      this.#kept.delete(id);
      changes.push({ kind: "remove", id, reason: "expired" });
    }
    return changes;
  }

  #panics(): boolean {
    return this.#kept.size > this.#alive.size;
  }

  #restart(endpoints: readonly Registered[], now: number): EndpointChange {
    // Whoever is missing gets its whole time to live to come back, also if it was kept before.
    const missing = new Map<string, Registered>([...this.#kept, ...this.#alive]);
    this.#back = this.#back === undefined ? -Infinity : now;
    this.#alive.clear();
    this.#kept.clear();
    for (const registered of endpoints) {
      const { id } = registered.endpoint;
      this.#alive.set(id, registered);
      this.#expired.delete(id);
      missing.delete(id);
    }
    for (const [id, { endpoint, ttl }] of missing) this.#kept.set(id, { endpoint, ttl, since: now });
    this.#trim();
    const passedOn = [...this.#alive.values(), ...this.#kept.values()];
    return { kind: "snapshot", endpoints: passedOn.map((each) => each.endpoint) };
  }

  #learn(registered: Registered): EndpointChange {
    const { endpoint } = registered;
    const known = this.#kept.delete(endpoint.id) || this.#alive.has(endpoint.id);
    this.#alive.set(endpoint.id, registered);
    this.#expired.delete(endpoint.id);
    return { kind: known ? "update" : "insert", endpoint };
  }

  #forget(id: string): EndpointChange[] {
    const known = this.#kept.delete(id) || this.#alive.delete(id);
    this.#expired.delete(id);
    return known ? [{ kind: "remove", id, reason: "withdrawn" }] : [];
  }

  #expire(id: string, now: number): EndpointChange[] {
    const registered = this.#alive.get(id);
    if (registered === undefined) return [];
    this.#alive.delete(id);
    const gone = { ...registered, since: now };
    const areMost = this.#kept.size + this.#expired.size + 1 > this.#alive.size;
    if (!areMost && !this.#isJustBack(now, registered.ttl)) {
      this.#expired.set(id, gone);
      return [{ kind: "remove", id, reason: "expired" }];
    }
    const restored = areMost ? this.#restore() : [];
    this.#kept.set(id, gone);
    return [...restored, ...this.#trim()];
  }

  #isJustBack(now: number, ttl: number): boolean {
    return this.#back !== undefined && now < this.#back + ttl;
  }

  /** Those that were let go before it showed that most fall silent together. */
  #restore(): EndpointChange[] {
    const restored = [...this.#expired.values()];
    this.#expired.clear();
    for (const gone of restored) this.#kept.set(gone.endpoint.id, gone);
    return restored.map(({ endpoint }) => ({ kind: "insert", endpoint }));
  }

  /** Lets go of those that were silent for longest where there are too many. */
  #trim(): EndpointChange[] {
    const changes: EndpointChange[] = [];
    for (const id of this.#kept.keys()) {
      if (this.#kept.size <= this.#most) break;
      this.#kept.delete(id);
      changes.push({ kind: "remove", id, reason: "expired" });
    }
    return changes;
  }
}
