// The whole of it on one screen: `npm run chat`.
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { connect } from "@gorpc/runtime";
import { addressOf, ended, Processes, stop } from "../processes.ts";
import { heading, say } from "../show.ts";
import { ChatClient } from "./chat.gorpc.ts";

const processes = new Processes(fileURLToPath(new URL(".", import.meta.url)));

/** A client that types what it is told, and whose screen is shown behind its name. */
class Person {
  readonly #child: ChildProcess;
  readonly #screen: string[] = [];
  #onLine = (): void => {};

  constructor(address: string, room: string, name: string) {
    this.#child = processes.start("pipe", "client.ts", address, room, name);
    createInterface(this.#child.stdout!).on("line", (line) => {
      say(`${name.padEnd(4)}| ${line}`);
      this.#screen.push(line);
      this.#onLine();
    });
  }

  /** Waits until this is on the screen. */
  async sees(line: string): Promise<void> {
    while (!this.#screen.includes(line)) {
      await new Promise<void>((resolve) => (this.#onLine = resolve));
    }
  }

  types(line: string): void {
    this.#child.stdin!.write(`${line}\n`);
  }

  async leaves(): Promise<void> {
    this.#child.stdin!.end();
    await this.ended();
  }

  ended(): Promise<void> {
    return ended(this.#child);
  }
}

async function all(people: readonly Person[], line: string): Promise<void> {
  await Promise.all(people.map((person) => person.sees(line)));
}

await processes.during(async () => {
  heading("A server and its clients, each a process of its own");
  const server = processes.start("pipe", "server.ts");
  const address = await addressOf(server);
  say(`server ${address}`);

  heading("Two rooms");
  const ann = new Person(address, "tea", "ann");
  await ann.sees("ann came in");
  const bob = new Person(address, "tea", "bob");
  const dee = new Person(address, "cups", "dee");
  await all([ann, bob], "bob came in");
  await dee.sees("dee came in");
  ann.types("Is there any green tea left?");
  await all([ann, bob], "ann: Is there any green tea left?");
  bob.types("Two boxes.");
  dee.types("Nobody here.");
  await all([ann, bob], "bob: Two boxes.");
  await dee.sees("dee: Nobody here.");

  heading("A name that is taken");
  await new Person(address, "tea", "bob").ended();

  heading("Somebody moves to another room");
  await dee.leaves();
  const moved = new Person(address, "tea", "dee");
  await all([ann, bob, moved], "dee came in");
  moved.types("I take both!");
  await all([ann, bob, moved], "dee: I take both!");
  const channel = await connect(address);
  for (const { name, members } of await new ChatClient(channel).rooms())
    say(`the server says: in ${name} are ${members.join(", ")}`);
  await channel.close();

  heading("The end");
  await ann.leaves();
  await all([bob, moved], "ann left");
  await Promise.all([bob.leaves(), moved.leaves()]);
  await stop(server);
  say("the server exited with 0");
});
