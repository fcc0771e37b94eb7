import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The two hosts and the router between them; addresses that exist nowhere else. */
const hosts = {
  client: { address: "10.213.1.2", gateway: "10.213.1.1" },
  server: { address: "10.213.2.2", gateway: "10.213.2.1" },
} as const;

export type Host = keyof typeof hosts;

const prefix = "gorpc-test";

/**
 * Two hosts with a router between them, each a network namespace. The router can drop what is meant for a host without a word, as a
 * cable that is cut behind the next switch: both ends keep their link.
 */
export class Network {
  readonly #name: string;
  readonly #onExit = (): void => removeNow(this.#namespaces);

  private constructor(name: string) {
    this.#name = name;
    process.once("exit", this.#onExit);
  }

  /** Why this machine has no network namespaces for a test; undefined where it has. */
  static async missing(): Promise<string | undefined> {
    if (process.platform !== "linux") return "network namespaces are Linux's";
    if (process.getuid?.() !== 0) return "network namespaces need root";
    try {
      await run("ip", ["-Version"]);
    } catch {
      return "there is no command ip (package iproute2)";
    }
    try {
      await (await Network.make()).remove();
      return undefined;
    } catch (error) {
      return `network namespaces cannot be made here: ${(error as Error).message.trim()}`;
    }
  }

  /** @throws Error where the machine does not allow it; nothing is left then */
  static async make(): Promise<Network> {
    await removeLeftovers();
    const network = new Network(`${prefix}-${process.pid}`);
    try {
      await network.#build();
      return network;
    } catch (error) {
      await network.remove();
      throw error;
    }
  }

  address(host: Host): string {
    return hosts[host].address;
  }

  /** The command under which a process runs on a host. */
  on(host: Host): readonly string[] {
    return ["ip", "netns", "exec", this.#namespace(host)];
  }

  /** From now on what is sent to a host is lost on the way. */
  async drop(...to: readonly Host[]): Promise<void> {
    for (const host of to) await this.#route("replace", host);
  }

  /** From now on it arrives again. */
  async heal(...to: readonly Host[]): Promise<void> {
    for (const host of to) await this.#route("del", host);
  }

  async remove(): Promise<void> {
    process.off("exit", this.#onExit);
    for (const namespace of this.#namespaces) await run("ip", ["netns", "del", namespace]).catch(() => {});
  }

  get #namespaces(): readonly string[] {
    return ["client", "server", "router"].map((name) => this.#namespace(name));
  }

  #namespace(name: string): string {
    return `${this.#name}-${name}`;
  }

  async #build(): Promise<void> {
    const router = this.#namespace("router");
    await run("ip", ["netns", "add", router]);
    for (const [host, { address, gateway }] of Object.entries(hosts)) {
      const namespace = this.#namespace(host);
      await run("ip", ["netns", "add", namespace]);
      const link = `to-${host}`;
      const pair = ["link", "add", "uplink", "type", "veth", "peer", "name", link, "netns", router];
      await run("ip", ["-n", namespace, ...pair]);
      await run("ip", ["-n", namespace, "addr", "add", `${address}/24`, "dev", "uplink"]);
      await run("ip", ["-n", router, "addr", "add", `${gateway}/24`, "dev", link]);
      await run("ip", ["-n", namespace, "link", "set", "uplink", "up"]);
      // By which a host reaches itself.
      await run("ip", ["-n", namespace, "link", "set", "lo", "up"]);
      await run("ip", ["-n", router, "link", "set", link, "up"]);
      await run("ip", ["-n", namespace, "route", "add", "default", "via", gateway]);
    }
    const forward = "echo 1 > /proc/sys/net/ipv4/ip_forward";
    await run("ip", ["netns", "exec", router, "sh", "-c", forward]);
  }

  async #route(change: "replace" | "del", host: Host): Promise<void> {
    const route = ["route", change, "blackhole", `${hosts[host].address}/32`];
    await run("ip", ["-n", this.#namespace("router"), ...route]);
  }
}

/** At the exit of a process nothing can be awaited. */
function removeNow(namespaces: readonly string[]): void {
  for (const namespace of namespaces) {
    try {
      execFileSync("ip", ["netns", "del", namespace], { stdio: "ignore" });
    } catch {
      // It is gone.
    }
  }
}

/** What a test left that was killed itself. */
async function removeLeftovers(): Promise<void> {
  const { stdout } = await run("ip", ["netns", "list"]);
  for (const [namespace, pid] of stdout.matchAll(new RegExp(`^${prefix}-(\\d+)-\\w+`, "gm"))) {
    if (!isAlive(Number(pid))) await run("ip", ["netns", "del", namespace]).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
