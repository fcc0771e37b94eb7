import { type ChildProcess, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Identity } from "../../runtime/src/transport/certificates.fixture.ts";
import { startProgram, stop } from "../children.ts";
import { freePorts } from "../ports.ts";

/** Why tests against a real etcd cannot run here; undefined where they can. */
export const whyNoEtcd: string | undefined =
  spawnSync("etcd", ["--version"]).status === 0
    ? undefined
    : "there is no etcd here: apt-get install etcd-server";

const startLimit = 60_000;

/** What the members of a cluster are started with. */
export interface EtcdOptions {
  readonly tls?: Identity;
  /** Who signs the certificates that callers have to show. */
  readonly clientCa?: string;
  /** In s. */
  readonly tokenTtl?: number;
}

/** One member of a real cluster, on free ports of this machine, with its data in a temporary folder. */
export class Etcd {
  readonly url: string;
  readonly #metrics: string;
  readonly #folder: string;
  readonly #arguments: readonly string[];
  #process: ChildProcess | undefined;

  private constructor(url: string, metrics: string, folder: string, etcdArguments: readonly string[]) {
    this.url = url;
    this.#metrics = metrics;
    this.#folder = folder;
    this.#arguments = etcdArguments;
  }

  /** A cluster that answers. */
  static async start(size: number, options: EtcdOptions = {}): Promise<Etcd[]> {
    const ports = await freePorts(3 * size);
    const peers = ports.slice(2 * size).map((port) => `http://127.0.0.1:${port}`);
    const cluster = peers.map((peer, i) => `m${i}=${peer}`).join();
    const members = await Promise.all(
      peers.map((peer, i) => Etcd.#prepare(`m${i}`, peer, ports.slice(2 * i, 2 * i + 2), cluster, options)),
    );
    await Promise.all(members.map((member) => member.start()));
    return members;
  }

  static async #prepare(
    name: string,
    peer: string,
    [port, metricsPort]: readonly number[],
    cluster: string,
    { tls, clientCa, tokenTtl }: EtcdOptions,
  ): Promise<Etcd> {
    const folder = await mkdtemp(join(tmpdir(), "gorpc-etcd-"));
    const url = `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`;
    const metrics = `http://127.0.0.1:${metricsPort}`;
    const etcdArguments = [
      ...["--name", name, "--data-dir", join(folder, "data"), "--initial-cluster", cluster],
      ...["--listen-client-urls", url, "--advertise-client-urls", url],
      ...["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer],
      // Answers whether it is healthy without TLS and users.
      ...["--listen-metrics-urls", metrics],
      // Elections and the shortest lease follow from these: the defaults are for networks, and for patience.
      ...["--heartbeat-interval", "50", "--election-timeout", "500"],
      ...(tokenTtl === undefined ? [] : ["--auth-token-ttl", `${tokenTtl}`]),
    ];
    if (tls !== undefined) {
      await writeFile(join(folder, "cert"), tls.cert);
      await writeFile(join(folder, "key"), tls.key);
      etcdArguments.push("--cert-file", join(folder, "cert"), "--key-file", join(folder, "key"));
    }
    if (clientCa !== undefined) {
      await writeFile(join(folder, "client-ca"), clientCa);
      etcdArguments.push("--client-cert-auth", "--trusted-ca-file", join(folder, "client-ca"));
    }
    return new Etcd(url, metrics, folder, etcdArguments);
  }

  /** Starts it, on what data there are, and waits until it answers. */
  async start(): Promise<void> {
    const output = join(this.#folder, "output");
    const child = startProgram("etcd", this.#arguments, output);
    this.#process = child;
    const limit = performance.now() + startLimit;
    while (!(await this.#answers())) {
      if (child.exitCode === null && performance.now() < limit) await sleep(10);
      else throw new Error(`etcd did not start:\n${(await readFile(output, "utf8")).slice(-5_000)}`);
    }
  }

  /** It stays where it is: connected, and silent. */
  pause(): void {
    this.#process!.kill("SIGSTOP");
  }

  resume(): void {
    this.#process!.kill("SIGCONT");
  }

  async kill(): Promise<void> {
    await stop(this.#process!);
  }

  /** Throws away all that a killed one knew. */
  async wipe(): Promise<void> {
    await rm(join(this.#folder, "data"), { recursive: true });
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true });
  }

  /** Asks by the JSON gateway, as other programs do. */
  async ask(path: string, body: object): Promise<Record<string, unknown>> {
    const response = await fetch(`${this.url}/v3/${path}`, { method: "POST", body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  }

  async #answers(): Promise<boolean> {
    const response = await fetch(`${this.#metrics}/health`).catch(() => undefined);
    return response?.ok === true && ((await response.json()) as { health: string }).health === "true";
  }
}

export function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
