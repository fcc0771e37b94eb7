import type { StatefulChannel } from "../client/channel.ts";
import type { Logger } from "../logger.ts";
import type { Endpoint, EndpointChange } from "../registry/resolver.ts";
import type { Guard } from "./guard.ts";
import { Member, reasonOf } from "./member.ts";
import type { OutlierEjection } from "./outlier-ejection.ts";

/** Endpoints that an error lists. */
const longestList = 8;

export interface EndpointSetOptions {
  readonly open: (endpoint: Endpoint) => StatefulChannel;
  readonly logger: Logger;
  readonly ejection?: OutlierEjection | undefined;
  readonly guards: readonly Guard[];
  /** In [0, 1). */
  readonly random: () => number;
  /** Called when `ready` or what {@link EndpointSet.failure} says may have changed. */
  readonly changed: () => void;
}

/** The endpoints that a resolver reports, each with its channel. */
export class EndpointSet {
  readonly #options: EndpointSetOptions;
  readonly #members = new Map<string, Member>();
  /** By id: those to which no channel can be opened, and why. */
  readonly #unusable = new Map<string, { readonly endpoint: Endpoint; readonly reason: string }>();
  readonly #leaving = new Set<Promise<void>>();
  #ready: readonly Member[] = [];
  #resolved = false;
  /** While a change is being taken. */
  #applying = false;
  /** Whether an endpoint has other properties than when the list was made. */
  #updated = false;

  constructor(options: EndpointSetOptions) {
    this.#options = options;
  }

  /** Those that take a call now: a new array after each change. */
  get ready(): readonly Member[] {
    return this.#ready;
  }

  /** How many are known. */
  get size(): number {
    return this.#members.size + this.#unusable.size;
  }

  /** All that are known, in the order in which they came. */
  get all(): readonly Endpoint[] {
    const members = [...this.#members.values(), ...this.#unusable.values()];
    return members.map(({ endpoint }) => endpoint);
  }

  has(id: string): boolean {
    return this.#members.has(id) || this.#unusable.has(id);
  }

  /** One endpoint, or why there is none that can be called. */
  find(id: string): Member | string {
    return this.#members.get(id) ?? this.#unusable.get(id)?.reason ?? "it is gone from the registry";
  }

  /** Whether the resolver has reported anything. */
  get resolved(): boolean {
    return this.#resolved;
  }

  apply(change: EndpointChange): void {
    // Nobody must take a part of a snapshot for all of it.
    this.#applying = true;
    try {
      this.#take(change);
    } finally {
      this.#applying = false;
    }
    this.#resolved = true;
    this.#changed();
  }

  /**
   * Why no call can go anywhere; undefined where one is ready or may become so, and where none is known.
   * @param tried - those that a call has tried in vain, and why
   */
  failure(tried: ReadonlyMap<Member, string>): string | undefined {
    if (this.size === 0) return undefined;
    const failures: string[] = [];
    for (const member of this.#members.values()) {
      const reason = tried.get(member) ?? member.failure;
      if (reason === undefined) return undefined;
      failures.push(`${member.endpoint.address} (${reason})`);
    }
    for (const { endpoint, reason } of this.#unusable.values())
      failures.push(`${endpoint.address} (${reason})`);
    const rest = failures.length > longestList ? ` and ${failures.length - longestList} more` : "";
    return `no endpoint can be reached: ${failures.slice(0, longestList).join(", ")}${rest}`;
  }

  /** Leaves out those whose calls fail more often than others', and takes them in again, where a look at them is due. */
  sweep(time: number): void {
    const { ejection, logger } = this.#options;
    if (ejection?.isDue(time) !== true) return;
    const { ejected, returned } = ejection.sweep([...this.#members.values()], time);
    for (const { candidate, ms, reason } of ejected)
      logger.warn(`an endpoint is left out for ${ms} ms: ${reason}`, { endpoint: candidate.endpoint });
    if (ejected.length + returned.length > 0) this.#changed();
  }

  /** Retires all; resolves when no call is left, also on those that were taken out before. */
  async close(): Promise<void> {
    for (const id of this.#members.keys()) this.#remove(id);
    this.#changed();
    await Promise.all(this.#leaving);
  }

  #take(change: EndpointChange): void {
    switch (change.kind) {
      case "snapshot": {
        const ids = new Set(change.endpoints.map(({ id }) => id));
        for (const id of [...this.#members.keys(), ...this.#unusable.keys()])
          if (!ids.has(id)) this.#remove(id);
        for (const endpoint of change.endpoints) this.#put(endpoint);
        break;
      }
      case "insert":
      case "update":
        this.#put(change.endpoint);
        break;
      case "remove":
        this.#remove(change.id);
    }
  }

  #put(endpoint: Endpoint): void {
    const member = this.#members.get(endpoint.id);
    if (member !== undefined && isSamePeer(member.endpoint, endpoint)) {
      member.endpoint = endpoint;
      this.#updated = true;
      return;
    }
    this.#remove(endpoint.id);
    try {
      const channel = this.#options.open(endpoint);
      const added = new Member(endpoint, channel, () => this.#changed());
      this.#members.set(endpoint.id, added);
      this.#guard(added);
    } catch (error) {
      this.#unusable.set(endpoint.id, { endpoint, reason: reasonOf(error) });
      this.#options.logger.warn("an endpoint cannot be used", { endpoint, error });
    }
  }

  #guard(member: Member): void {
    const { guards, random, logger } = this.#options;
    member.watchBy(guards, random, (reason) => {
      if (reason !== undefined)
        logger.warn(`an endpoint is left out: ${reason}`, { endpoint: member.endpoint });
      this.#changed();
    });
  }

  #remove(id: string): void {
    this.#unusable.delete(id);
    const member = this.#members.get(id);
    if (member === undefined) return;
    this.#members.delete(id);
    const leaving = member.retire().catch((error: unknown) => {
      this.#options.logger.error("an endpoint's channel failed to close", {
        endpoint: member.endpoint,
        error,
      });
    });
    this.#leaving.add(leaving);
    void leaving.then(() => this.#leaving.delete(leaving));
  }

  #changed(): void {
    if (this.#applying) return;
    const ready = this.#takingCalls();
    // Balancers keep what they have made of a list as long as it is the same.
    if (this.#updated || !isSameList(ready, this.#ready)) this.#ready = ready;
    this.#updated = false;
    this.#options.changed();
  }

  #takingCalls(): readonly Member[] {
    const ready = [...this.#members.values()].filter((member) => member.ready);
    // Better one that fails often than none.
    const kept = ready.filter((member) => this.#mayTakeCalls(member));
    return kept.length > 0 ? kept : ready;
  }

  #mayTakeCalls(member: Member): boolean {
    return member.mayTakeCalls && this.#options.ejection?.isEjected(member) !== true;
  }
}

function isSameList(one: readonly Member[], other: readonly Member[]): boolean {
  return one.length === other.length && one.every((member, i) => member === other[i]);
}

/** Whether a connection to the one is a connection to the other. */
function isSamePeer(one: Endpoint, other: Endpoint): boolean {
  return one.address === other.address && one.protocol === other.protocol && one.path === other.path;
}
