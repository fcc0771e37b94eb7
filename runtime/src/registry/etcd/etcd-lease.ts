import type { Registered } from "../endpoint.ts";
import { HttpError } from "../http-request.ts";
import { keepRenewing, type LeaseOptions } from "../renewal.ts";
import type { Lease } from "../resolver.ts";
import { registeredValue, withdrawnValue } from "./entry.ts";
import { EtcdError } from "./etcd-error.ts";
import type { Gateway } from "./gateway.ts";
import type { Keys } from "./keys.ts";
import { parseDone, parseGrant, parseKeptAlive, parseRange } from "./messages.ts";

/**
 * A registration: a key that lives on a lease. Each renewal looks whether both are still there, and makes again what is not:
 * whatever etcd lost, it has again after a third of the time to live.
 */
export class EtcdLease implements Lease {
  readonly #gateway: Gateway;
  readonly #hosts: readonly string[];
  readonly #key: string;
  readonly #value: string;
  readonly #ttl: number;
  readonly #timeLimit: number;
  readonly #options: LeaseOptions;
  readonly #stop = new AbortController();
  /** The member that is asked first: the one that answered last. */
  #host: number;
  #lease: string | undefined;
  #sending: Promise<void> = Promise.resolve();

  constructor(
    gateway: Gateway,
    hosts: readonly string[],
    keys: Keys,
    registered: Registered,
    options: LeaseOptions,
  ) {
    this.#gateway = gateway;
    this.#hosts = hosts;
    this.#key = keys.of(registered.endpoint.id);
    this.#value = registeredValue(registered);
    this.#ttl = registered.ttl;
    // A renewal that finds all members but one silent is still in time.
    this.#timeLimit = Math.ceil(Math.min(options.requestTimeout, registered.ttl / (2 * hosts.length)));
    this.#options = options;
    this.#host = Math.floor(options.random() * hosts.length);
  }

  /** Registers, and renews from then on whatever comes of it. @throws EtcdError or Error of the first attempt */
  async start(): Promise<void> {
    const first = this.#register();
    const { logger, random } = this.#options;
    const renewal = { registry: "etcd", interval: this.#ttl / 3, logger, random };
    void keepRenewing(first, () => this.#register(), renewal, this.#stop.signal);
    await first;
  }

  /** Stops renewing; etcd is not told. */
  stop(): void {
    this.#stop.abort();
  }

  async withdraw(): Promise<void> {
    this.stop();
    // A registration on its way could reach etcd after the withdrawal.
    await this.#sending.catch(() => {});
    const lease = this.#lease;
    if (lease === undefined) return;
    this.#lease = undefined;
    try {
      await this.#sayGoodbye(lease);
    } catch (error) {
      if (error instanceof EtcdError && error.leaseIsGone) return;
      this.#options.logger.warn("withdrawing from etcd failed; the registration expires by itself", {
        error,
      });
    }
  }

  /**
   * Only where the key is still its own: an instance with the same id may have taken it over. The goodbye stands there until the
   * lease ends: callers that are cut off read it later.
   */
  async #sayGoodbye(lease: string): Promise<void> {
    const compare = [{ key: this.#key, target: "LEASE", result: "EQUAL", lease }];
    const success = [{ request_put: { key: this.#key, value: withdrawnValue, lease } }];
    await this.#ask("kv/txn", { compare, success }, parseDone, true);
  }

  #register(): Promise<void> {
    return (this.#sending = this.#hold());
  }

  async #hold(): Promise<void> {
    if (this.#lease !== undefined && !(await this.#isKeptAlive(this.#lease))) this.#lease = undefined;
    if (this.#lease !== undefined && (await this.#isListed(this.#lease))) return;
    this.#lease ??= await this.#ask("lease/grant", { TTL: Math.ceil(this.#ttl / 1_000) }, parseGrant);
    try {
      await this.#ask("kv/put", { key: this.#key, value: this.#value, lease: this.#lease }, parseDone);
    } catch (error) {
      if (error instanceof EtcdError && error.leaseIsGone) this.#lease = undefined;
      throw error;
    }
  }

  #isKeptAlive(lease: string): Promise<boolean> {
    return this.#ask("lease/keepalive", { ID: lease }, parseKeptAlive);
  }

  async #isListed(lease: string): Promise<boolean> {
    const { entries } = await this.#ask("kv/range", { key: this.#key }, parseRange);
    const [entry] = entries;
    return entry !== undefined && entry.lease === lease && entry.value === this.#value;
  }

  /** Asks one member after the other until one gives an answer that can be read. */
  async #ask<T>(path: string, body: object, read: (answer: string) => T, isLast = false): Promise<T> {
    const failures: unknown[] = [];
    for (let asked = 0; asked < this.#hosts.length; asked++) {
      // A withdrawal waits for one answer, not for all that would follow it.
      if (this.#stop.signal.aborted && !isLast) throw new Error("the registration is being withdrawn");
      try {
        const host = this.#hosts[this.#host]!;
        return read(await this.#gateway.ask(host, path, body, { timeLimit: this.#timeLimit }));
      } catch (error) {
        if (error instanceof EtcdError && (error.final || error.leaseIsGone)) throw error;
        failures.push(error);
        this.#host = (this.#host + 1) % this.#hosts.length;
      }
    }
    throw failures.find((error) => error instanceof HttpError && error.final) ?? failures[0];
  }
}
