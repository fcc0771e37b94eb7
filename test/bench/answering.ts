/** The child's end of `measured-process.ts`. */
import type { Command, Listening, Reply, Usage } from "./measured-process.ts";

/** Does what the parent says, one thing at a time, and answers with what comes of it. */
export function answer<Asked extends Command>(carryOut: (command: Asked) => Reply | Promise<Reply>): void {
  process.on("message", (command: Command) => {
    if (command.do === "usage") say(usage());
    else void Promise.resolve(carryOut(command as Asked)).then(say, fail);
  });
}

/** A server's first word; it is then asked for nothing but `usage`, unless it says more by {@link answer}. */
export function listening(address: string): void {
  const word: Listening = { kind: "listening", address };
  say(word);
}

export function say(reply: Reply): void {
  process.send!(reply);
}

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { kind: "usage", microseconds: user + system };
}

function fail(error: unknown): void {
  console.error(error);
  process.exit(1);
}

process.on("disconnect", () => process.exit());
