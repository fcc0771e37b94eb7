import type { StatefulChannel } from "../client/channel.ts";
import { now } from "../clock.ts";
import { RpcError } from "../errors.ts";
import type { Endpoint } from "../registry/resolver.ts";
import type { Candidate, Outcome } from "./balancer.ts";
import type { EndpointGuard, Guard } from "./guard.ts";

/** A connection that was there for so long, in ms, was good: when it is lost, the next may be, too. */
const goodAfter = 1_000;

/** An endpoint and the channel to it, which is connected from the start. */
export class Member implements Candidate {
  endpoint: Endpoint;
  readonly channel: StatefulChannel;
  #guards: readonly EndpointGuard[] = [];
  #readySince = Infinity;
  #down = false;

  /** @param changed - called when `ready` or `failure` may have changed */
  constructor(endpoint: Endpoint, channel: StatefulChannel, changed: () => void) {
    this.endpoint = endpoint;
    this.channel = channel;
    channel.onStateChange = () => {
      this.#follow();
      changed();
    };
    this.#follow();
  }

  get inFlight(): number {
    return this.channel.inFlight;
  }

  get load(): number | undefined {
    return this.channel.load;
  }

  /** Whether its connection stands. */
  get ready(): boolean {
    return this.channel.state === "ready";
  }

  /** Whether none of its guards leaves it out. */
  get mayTakeCalls(): boolean {
    return this.#guards.every((guard) => guard.mayTakeCalls);
  }

  /** Why calls neither go there nor wait for it; undefined while they do. */
  get failure(): string | undefined {
    if (!this.#down) return undefined;
    return reasonOf(this.channel.lastError);
  }

  /**
   * Lets guards watch it.
   * @param changed - called when `mayTakeCalls` may have changed, and why it is left out from now on
   */
  watchBy(guards: readonly Guard[], random: () => number, changed: (reason?: string) => void): void {
    const isReady = (): boolean => this.ready;
    this.#guards = guards.map((guard) =>
      guard.guard({
        candidate: this,
        channel: this.channel,
        get connected() {
          return isReady();
        },
        random,
        changed,
      }),
    );
  }

  /** A call begins there. */
  began(): void {
    for (const guard of this.#guards) guard.began?.();
  }

  /** A call that began there has ended. @param started - when it began */
  ended(outcome: Outcome, started: number): void {
    for (const guard of this.#guards) guard.ended?.(outcome, started);
  }

  /** Takes no more calls; resolves when those that it has are done. */
  retire(): Promise<void> {
    for (const guard of this.#guards) guard.stop?.();
    this.#guards = [];
    this.channel.onStateChange = undefined;
    return this.channel.close();
  }

  #follow(): void {
    switch (this.channel.state) {
      case "ready":
        this.#down = false;
        this.#readySince = now();
        return;
      case "failed":
        return this.#onFailed();
      case "idle":
        return this.#connect();
      case "closed":
        this.#down = true;
        return;
      case "connecting":
        // Down remains down while it is dialled again: calls do not wait for what was refused before.
        return;
    }
  }

  #onFailed(): void {
    const wasGood = now() - this.#readySince >= goodAfter;
    this.#readySince = Infinity;
    // Lost, not refused: calls wait for one more attempt, made at once, before the endpoint counts as down.
    if (wasGood) this.#connect();
    else this.#down = true;
  }

  #connect(): void {
    // What it fails with is the channel's lastError.
    this.channel.connect().catch(() => {});
  }
}

/** An error's message without what was called and where. */
export function reasonOf(error: unknown): string {
  if (error instanceof RpcError) return error.rawMessage;
  return error instanceof Error ? error.message : "for a reason unknown";
}
