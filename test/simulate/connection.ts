import type { ChannelState, StatefulChannel } from "../../runtime/src/client/channel.ts";
import { now } from "../../runtime/src/clock.ts";

/** How long a load that was told is believed, in ms, as mux/1 does it. */
const loadHolds = 2_000;

/** What a client has to a server in place of a channel: its state and its numbers. */
export class Connection implements StatefulChannel {
  readonly server: number;
  state: ChannelState;
  inFlight = 0;
  readonly lastError = undefined;
  onStateChange: (() => void) | undefined;
  readonly #dial: (connection: Connection) => void;
  #load = 0;
  #loadAt = -Infinity;

  /** @param dial - connects, some time later, unless the server is gone */
  constructor(server: number, state: "ready" | "idle", dial: (connection: Connection) => void) {
    this.server = server;
    this.state = state;
    this.#dial = dial;
  }

  get load(): number | undefined {
    return now() - this.#loadAt > loadHolds ? undefined : this.#load;
  }

  tellLoad(load: number): void {
    this.#load = load;
    this.#loadAt = now();
  }

  connect(): Promise<void> {
    this.state = "connecting";
    this.#dial(this);
    return Promise.resolve();
  }

  connected(): void {
    this.state = "ready";
    this.onStateChange?.();
  }

  close(): Promise<void> {
    this.state = "closed";
    return Promise.resolve();
  }

  unary(): never {
    throw new Error("calls of a simulation go by number");
  }

  start(): never {
    return this.unary();
  }

  stream(): never {
    return this.unary();
  }
}
