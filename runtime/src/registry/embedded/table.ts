import { formatRegistered, type Registered } from "../endpoint.ts";
import type { WatchLine } from "../protocol.ts";
import type { RegistryLimits } from "./limits.ts";
import { full } from "./refusal.ts";

type TableLimits = Pick<RegistryLimits, "maxNames" | "maxEndpoints" | "maxTableBytes">;

interface Entry {
  readonly registered: Registered;
  /** Tells a renewal from a change. */
  readonly text: string;
  readonly bytes: number;
  expiresAt: number;
}

/** A registration and how long it lives without renewal, in ms. */
export interface Listed extends Registered {
  readonly expiresIn: number;
}

/** What is registered. Knows no socket and no clock: `now` is passed in, in ms on any clock that never goes back. */
export class EndpointTable {
  readonly #names = new Map<string, Map<string, Entry>>();
  readonly #limits: TableLimits;
  readonly #changed: (name: string, line: WatchLine) => void;
  #size = 0;
  #bytes = 0;

  /** @param changed - told of each change of what is registered */
  constructor(limits: TableLimits, changed: (name: string, line: WatchLine) => void) {
    this.#limits = limits;
    this.#changed = changed;
  }

  names(): string[] {
    return [...this.#names.keys()].sort();
  }

  list(name: string, now: number): Listed[] {
    const entries = this.#names.get(name)?.values() ?? [];
    return Array.from(entries, ({ registered, expiresAt }) => ({
      ...registered,
      expiresIn: expiresAt - now,
    }));
  }

  /**
   * Registers, or renews what is registered already.
   * @returns whether it is new
   * @throws Refusal where that would go over a limit
   */
  put(name: string, registered: Registered, now: number): boolean {
    const { id } = registered.endpoint;
    const earlier = this.#names.get(name)?.get(id);
    const expiresAt = now + registered.ttl;
    const text = formatRegistered(registered);
    if (earlier?.text === text) {
      earlier.expiresAt = expiresAt;
      return false;
    }
    const bytes = Buffer.byteLength(text);
    this.#checkRoom(name, earlier, bytes);
    if (earlier === undefined) this.#size++;
    this.#bytes += bytes - (earlier?.bytes ?? 0);
    this.#entriesOf(name).set(id, { registered, text, bytes, expiresAt });
    this.#changed(name, { kind: earlier === undefined ? "insert" : "update", endpoint: registered });
    return earlier === undefined;
  }

  /** Everything as {@link formatRegistered} writes it, by name. */
  texts(): Map<string, string[]> {
    const all = new Map<string, string[]>();
    for (const [name, entries] of this.#names)
      all.set(
        name,
        Array.from(entries.values(), ({ text }) => text),
      );
    return all;
  }

  /** Takes an endpoint out. @returns whether it was there */
  remove(name: string, id: string, reason: "withdrawn" | "expired"): boolean {
    const entries = this.#names.get(name);
    const entry = entries?.get(id);
    if (entries === undefined || entry === undefined) return false;
    entries.delete(id);
    if (entries.size === 0) this.#names.delete(name);
    this.#size--;
    this.#bytes -= entry.bytes;
    this.#changed(name, { kind: "remove", id, reason });
    return true;
  }

  /**
   * Takes out what was not renewed in time.
   * @returns when to look again; `Infinity` when nothing is registered
   */
  expire(now: number): number {
    let next = Infinity;
    for (const [name, entries] of this.#names) {
      for (const [id, { expiresAt }] of entries) {
        if (expiresAt <= now) this.remove(name, id, "expired");
        else if (expiresAt < next) next = expiresAt;
      }
    }
    return next;
  }

  /** Renews everything. */
  renewAll(now: number): void {
    for (const entries of this.#names.values()) {
      for (const entry of entries.values()) entry.expiresAt = now + entry.registered.ttl;
    }
  }

  #checkRoom(name: string, earlier: Entry | undefined, bytes: number): void {
    const { maxNames, maxEndpoints, maxTableBytes } = this.#limits;
    if (this.#bytes - (earlier?.bytes ?? 0) + bytes > maxTableBytes) {
      throw full("no room for more bytes of registrations", "maxTableBytes", maxTableBytes);
    }
    if (earlier !== undefined) return;
    if (this.#size >= maxEndpoints) throw full("no room for another endpoint", "maxEndpoints", maxEndpoints);
    if (this.#names.size < maxNames || this.#names.has(name)) return;
    throw full("no room for another name", "maxNames", maxNames);
  }

  #entriesOf(name: string): Map<string, Entry> {
    let entries = this.#names.get(name);
    if (entries === undefined) this.#names.set(name, (entries = new Map<string, Entry>()));
    return entries;
  }
}
