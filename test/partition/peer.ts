import type { ChildProcess } from "node:child_process";
import { startNodeUnder, stop } from "../children.ts";
import type { Host, Network } from "./network.ts";
import type { CallResult, Command, Reply, ServerState } from "./process.ts";

/** A process on one of the hosts. */
export class Peer {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<string, (reply: Reply) => void>();
  #last = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on("message", (reply: Reply) => {
      const key = "id" in reply ? `${reply.kind} ${reply.id}` : reply.kind;
      this.#waiting.get(key)?.(reply);
    });
  }

  /** Starts one; it is there when it listens, or is connected. */
  static async start(script: string, network: Network, host: Host): Promise<Peer> {
    const address = `tcp://${network.address("server")}:9000`;
    const peer = new Peer(startNodeUnder(network.on(host), script, [host, address]));
    await peer.#reply("ready");
    return peer;
  }

  /** Makes a call. `streaming` resolves with a stream's first answer, `end` with how it ends. */
  call(what: Command["what"]): { readonly streaming: Promise<unknown>; readonly end: Promise<CallResult> } {
    const id = this.#tell(what);
    const end = this.#reply(`end ${id}`).then((reply) => (reply as { result: CallResult }).result);
    return { streaming: Promise.race([this.#reply(`streaming ${id}`), end]), end };
  }

  async state(): Promise<ServerState> {
    const id = this.#tell("state");
    return ((await this.#reply(`state ${id}`)) as { state: ServerState }).state;
  }

  kill(): Promise<void> {
    return stop(this.#child);
  }

  #tell(what: Command["what"]): number {
    this.#child.send({ id: ++this.#last, what } satisfies Command);
    return this.#last;
  }

  #reply(key: string): Promise<Reply> {
    return new Promise((resolve) => this.#waiting.set(key, resolve));
  }
}
