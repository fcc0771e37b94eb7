import type { ServerResponse } from "node:http";
import { formatLine, type WatchLine } from "../protocol.ts";
import type { RegistryLimits } from "./limits.ts";
import { full } from "./refusal.ts";

type WatcherLimits = Pick<RegistryLimits, "maxWatchers" | "maxUnsentBytes" | "keepalive">;

/** Those who watch one name. */
interface Audience {
  /** Each with the bytes of its snapshot. */
  readonly watchers: Map<ServerResponse, number>;
  /** Made once for all who come until something changes. */
  snapshot: Buffer | undefined;
}

/** Those who watch: long answers that get a line for each change. */
export class Watchers {
  readonly #audiences = new Map<string, Audience>();
  readonly #limits: WatcherLimits;
  readonly #dropped: (response: ServerResponse, reason: string) => void;
  #size = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param dropped - told of a watcher that is dropped because it does not read */
  constructor(limits: WatcherLimits, dropped: (response: ServerResponse, reason: string) => void) {
    this.#limits = limits;
    this.#dropped = dropped;
  }

  /** How many watch a name. */
  count(name: string): number {
    return this.#audiences.get(name)?.watchers.size ?? 0;
  }

  /**
   * Begins a watch, which lasts until its connection closes.
   * @param snapshot - makes its first line
   * @throws Refusal where there are too many
   */
  add(name: string, response: ServerResponse, snapshot: () => WatchLine): void {
    const { maxWatchers, keepalive } = this.#limits;
    if (this.#size >= maxWatchers) throw full("no room for another watch", "maxWatchers", maxWatchers);
    this.#size++;
    this.#timer ??= setInterval(() => this.#keepAlive(), keepalive);
    const audience = this.#audienceOf(name);
    audience.snapshot ??= Buffer.from(formatLine(snapshot()));
    audience.watchers.set(response, audience.snapshot.length);
    response.once("close", () => this.#remove(name, response));
    response.writeHead(200, { "content-type": "application/x-ndjson", "cache-control": "no-store" });
    response.write(audience.snapshot);
  }

  /** Tells those who watch a name. */
  tell(name: string, line: WatchLine): void {
    const audience = this.#audiences.get(name);
    if (audience === undefined) return;
    audience.snapshot = undefined;
    const bytes = Buffer.from(formatLine(line));
    for (const response of audience.watchers.keys()) response.write(bytes);
  }

  /** Ends every watch. */
  close(): void {
    for (const { watchers } of this.#audiences.values())
      for (const response of watchers.keys()) response.end();
  }

  #keepAlive(): void {
    const line = Buffer.from(formatLine({ kind: "keepalive" }));
    for (const { watchers } of this.#audiences.values()) {
      for (const [response, snapshotBytes] of watchers) {
        if (this.#isDeaf(response, snapshotBytes)) response.destroy();
        else response.write(line);
      }
    }
  }

  /** Looked at now and then: right after a burst of changes, nobody can have read them. */
  #isDeaf(response: ServerResponse, snapshotBytes: number): boolean {
    const { maxUnsentBytes } = this.#limits;
    if (response.writableLength - snapshotBytes <= maxUnsentBytes) return false;
    this.#dropped(response, `it left more than ${maxUnsentBytes} bytes unread (option maxUnsentBytes)`);
    return true;
  }

  #audienceOf(name: string): Audience {
    let audience = this.#audiences.get(name);
    if (audience === undefined)
      this.#audiences.set(name, (audience = { watchers: new Map(), snapshot: undefined }));
    return audience;
  }

  #remove(name: string, response: ServerResponse): void {
    const audience = this.#audiences.get(name);
    if (audience?.watchers.delete(response) !== true) return;
    if (audience.watchers.size === 0) this.#audiences.delete(name);
    if (--this.#size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
