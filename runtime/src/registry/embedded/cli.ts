import { readFileSync } from "node:fs";
import type { Logger } from "../../logger.ts";
import { asTyped, type Command, readCommand, usage, UsageError } from "./cli-options.ts";
import { RegistryServer } from "./registry-server.ts";

type Serve = Extract<Command, { kind: "serve" }>;

/**
 * Runs the command line, until a signal ends it.
 * @param argv - the arguments after the program's name
 * @returns the exit code: 2 for a command line that cannot be meant, 1 where the registry cannot listen
 */
export async function main(argv: readonly string[]): Promise<number> {
  for (const output of [process.stdout, process.stderr]) output.on("error", ignoreLostReader);
  try {
    const command = readCommand(argv, process.env);
    if (command.kind === "serve") return await serve(command);
    process.stdout.write(command.kind === "help" ? usage() : `${ownVersion()}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    say(`${error.message}. Try gorpc-registry --help.`);
    return 2;
  }
}

async function serve({ url, options }: Serve): Promise<number> {
  const registry = create(options);
  const signalled = signal();
  let address: string;
  try {
    address = await registry.listen(url);
  } catch (error) {
    say((error as Error).message);
    await registry.close();
    return 1;
  }
  process.stdout.write(`registry at ${address}\n`);
  if (options.token === undefined && !/^http:\/\/(127\.|\[::1\])/.test(address))
    say("warning: whoever reaches it can register; a token keeps others out");
  await signalled;
  await registry.close();
  return 0;
}

/** @throws UsageError for options that the registry does not take */
function create(options: Serve["options"]): RegistryServer {
  try {
    return new RegistryServer({ ...options, logger: standardError });
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError)
      throw new UsageError(asTyped(error.message));
    throw error;
  }
}

/** Resolves with the first signal to end. The next one ends the process as if this were not here. */
function signal(): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      for (const name of signals) process.removeListener(name, end);
      resolve();
    };
    for (const name of signals) process.on(name, end);
  });
}

const signals = ["SIGINT", "SIGTERM"] as const;

const standardError: Logger = {
  warn: (message, details) => say(`warning: ${message}${format(details)}`),
  error: (message, details) => say(`error: ${message}${format(details)}`),
};

function say(text: string): void {
  process.stderr.write(`gorpc-registry: ${text}\n`);
}

function format(details: Readonly<Record<string, unknown>> = {}): string {
  const parts = Object.entries(details)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value instanceof Error ? value.message : String(value)}`);
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

/** Whoever read what it prints may be gone: no reason for a registry to go too. */
function ignoreLostReader(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

function ownVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {
    readonly version: string;
  };
  return manifest.version;
}
