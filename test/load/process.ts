/** `node load.js server|crowd|steady|attacker <address>`, told what to do over the IPC channel, one thing at a time. */
import { type Channel, connect, Server } from "@gorpc/runtime";
import { quantile } from "../bench/statistics.ts";
import { Arith, ArithClient } from "../e2e/arith.gorpc.ts";
import { ArithHandler } from "../e2e/handlers.ts";
import { heldBytes } from "../hostile/memory.ts";
import { floods } from "./floods.ts";

const MiB = 1024 * 1024;

export type Command =
  | { readonly do: "usage" }
  /** A crowd's: opens so many channels, each of which calls once. */
  | { readonly do: "open"; readonly count: number }
  /** A crowd's: every channel calls, all at once. */
  | { readonly do: "call" }
  | { readonly do: "close" }
  /** Calls without pause for so many ms; `dials`: on new connections, too; `large`: a message of 16 MiB is always in transit. */
  | {
      readonly do: "steady";
      readonly ms: number;
      readonly inFlight: number;
      readonly dials?: boolean;
      readonly large?: boolean;
    }
  | { readonly do: "flood"; readonly name: string; readonly ms: number };

/** What a server uses. */
export interface Usage {
  /** On the heap and in buffers, in bytes, without garbage. */
  readonly held: number;
  /** Resident, in bytes. */
  readonly resident: number;
  /** Processor time so far, in ms. */
  readonly processor: number;
  readonly connections: number;
}

/** Of calls that were made together. */
export interface Served {
  readonly served: number;
  /** Those that failed, in words; the first few. */
  readonly failed: readonly string[];
  /** In ms, of those served. */
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
  /** Large messages that went there and back meanwhile. */
  readonly large: number;
}

class Tally {
  readonly #times: number[] = [];
  readonly #failed: string[] = [];
  large = 0;

  async time(call: () => Promise<unknown>): Promise<void> {
    const began = performance.now();
    try {
      await call();
      this.#times.push(performance.now() - began);
    } catch (error) {
      if (this.#failed.length < 5) this.#failed.push(String(error));
    }
  }

  get result(): Served {
    const times = this.#times.sort((a, b) => a - b);
    return {
      ...{ served: times.length, failed: this.#failed, large: this.large },
      ...{ p50: quantile(times, 0.5), p99: quantile(times, 0.99), longest: times.at(-1) ?? NaN },
    };
  }
}

async function usageOf(server: Server): Promise<Usage> {
  const { user, system } = process.cpuUsage();
  return {
    held: await heldBytes(),
    resident: process.memoryUsage.rss(),
    processor: (user + system) / 1_000,
    connections: server.connections,
  };
}

async function serve(): Promise<void> {
  const server = new Server({ maxMessageBytes: 32 * MiB });
  server.register(Arith, new ArithHandler());
  const address = await server.listen("tcp://127.0.0.1:0");
  answerWith(() => usageOf(server));
  process.send!(address);
}

/** Many clients, each with a channel of its own. */
function crowd(address: string): void {
  const channels: Channel[] = [];
  const callAll = async (): Promise<Served> => {
    const tally = new Tally();
    await Promise.all(channels.map((channel) => tally.time(() => new ArithClient(channel).ping())));
    return tally.result;
  };
  answerWith(async (command) => {
    if (command.do === "call") return callAll();
    if (command.do === "close")
      return void (await Promise.all(channels.splice(0).map((channel) => channel.close())));
    if (command.do !== "open") throw new Error(`a crowd does not ${command.do}`);
    const tally = new Tally();
    let begun = channels.length;
    const join = async (): Promise<void> => {
      while (begun < command.count) {
        begun++;
        await tally.time(async () => {
          const channel = await connect(address, { timeout: 60_000, connectTimeout: 60_000 });
          channels.push(channel);
          await new ArithClient(channel).ping();
        });
      }
    };
    await Promise.all(Array.from({ length: 100 }, join));
    return tally.result;
  });
  process.send!("ready");
}

/** A good client. */
async function steady(address: string): Promise<void> {
  const options = { maxMessageBytes: 32 * MiB };
  const arith = new ArithClient(await connect(address, options));
  const largeMessage = new Uint8Array(16 * MiB);
  answerWith(async (command) => {
    if (command.do !== "steady") throw new Error(`a steady client does not ${command.do}`);
    const tally = new Tally();
    let isOver = false;
    setTimeout(() => (isOver = true), command.ms);
    const repeat = async (work: () => Promise<unknown>): Promise<void> => {
      while (!isOver) await work();
    };
    const call = (): Promise<void> => tally.time(() => arith.sum({ left: 1, right: 2 }));
    const dialAndCall = (): Promise<void> =>
      tally.time(async () => {
        const channel = await connect(address);
        await new ArithClient(channel).ping();
        await channel.close();
      });
    const loops = Array.from({ length: command.inFlight }, () => repeat(call));
    if (command.dials === true) loops.push(repeat(dialAndCall));
    if (command.large === true) loops.push(repeat(() => arith.blob(largeMessage).then(() => tally.large++)));
    await Promise.all(loops);
    return tally.result;
  });
  process.send!("ready");
}

function attack(address: string): void {
  answerWith(async (command) => {
    if (command.do !== "flood") throw new Error(`an attacker does not ${command.do}`);
    const end = performance.now() + command.ms;
    return floods[command.name]!.run(Number(new URL(address).port), () => performance.now() > end);
  });
  process.send!("ready");
}

function answerWith(work: (command: Command) => Promise<unknown>): void {
  process.on("message", (command: Command) => {
    work(command).then(
      (result) => process.send!({ result }),
      (error: unknown) => process.send!({ error: String(error) }),
    );
  });
}

process.on("disconnect", () => process.exit());
const [role, address = ""] = process.argv.slice(2);
if (role === "server") await serve();
else if (role === "crowd") crowd(address);
else if (role === "steady") await steady(address);
else attack(address);
