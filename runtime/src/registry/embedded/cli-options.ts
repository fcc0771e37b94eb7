import { parseArgs } from "node:util";
import { registryLimits, type RegistryLimits } from "./limits.ts";
import type { RegistryServerOptions } from "./registry-server.ts";

/** What the command line asks for. */
export type Command =
  | { readonly kind: "help" | "version" }
  | { readonly kind: "serve"; readonly url: string; readonly options: RegistryServerOptions };

/** A command line that cannot be meant. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Where the token may be instead of among the arguments, which everybody on the machine can see. */
const tokenVariable = "GORPC_REGISTRY_TOKEN";

const limitTexts: Readonly<Record<keyof RegistryLimits, string>> = {
  minTtl: "shortest time to live of a registration, in ms",
  maxTtl: "longest time to live of a registration, in ms",
  classicTtl: "time to live of classic frameworks' servers, in ms",
  maxNames: "names at once",
  maxEndpoints: "endpoints at once, of all names together",
  maxTableBytes: "bytes of all registrations together",
  maxWatchers: "watches at once",
  maxConnections: "connections at once, watches included",
  maxBodyBytes: "bytes of one registration",
  maxHeaderBytes: "bytes of a request's line and headers",
  maxUnsentBytes: "bytes that a watcher may leave unread",
  requestTimeout: "for a request to arrive whole, in ms",
  keepalive: "between signs of life on a watch, in ms",
  idleTimeout: "for a connection that takes and sends nothing, in ms",
};
const limitNames = Object.keys(limitTexts) as (keyof RegistryLimits)[];

/** `maxNames` as an option: `max-names`. */
function flagOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

const text = { type: "string" } as const;
const flags = {
  host: text,
  port: text,
  snapshot: text,
  token: text,
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "v" },
} as const;
const limitFlags = Object.fromEntries(limitNames.map((name) => [flagOf(name), text]));

/** What `--help` prints. */
export function usage(): string {
  const row = (left: string, right: string): string => `  ${left.padEnd(24)} ${right}\n`;
  const limits = limitNames.map((name) =>
    row(`--${flagOf(name)} <n>`, `${limitTexts[name]} (${registryLimits[name]})`),
  );
  return (
    "Usage: gorpc-registry [options]\n\n" +
    "A registry in one process: servers tell it that they are alive, and it tells callers\n" +
    "who comes and goes. No consensus with others: who needs that uses etcd.\n\n" +
    "Options:\n" +
    row("--host <host>", "where to listen; 0.0.0.0 for every interface (127.0.0.1)") +
    row("--port <port>", "0 for one that is free (9999)") +
    row("--snapshot <file>", "keeps what is registered, for the next start") +
    row("--token <token>", "what every request has to show; better given as the variable") +
    row("", `${tokenVariable}: everybody on the machine can see arguments`) +
    row("-h, --help", "prints this") +
    row("-v, --version", "prints the version") +
    "\nLimits:\n" +
    limits.join("")
  );
}

/**
 * Reads the command line.
 * @param argv - the arguments after the program's name
 * @throws UsageError
 */
export function readCommand(argv: readonly string[], env: Readonly<NodeJS.ProcessEnv>): Command {
  const values = parse(argv);
  if (values["help"] === true) return { kind: "help" };
  if (values["version"] === true) return { kind: "version" };
  const given = (flag: string): string | undefined => values[flag] as string | undefined;
  const limits: Partial<Record<keyof RegistryLimits, number>> = {};
  for (const name of limitNames) {
    const value = given(flagOf(name));
    if (value !== undefined) limits[name] = integer(flagOf(name), value, 0x7fff_ffff);
  }
  // A variable that is there and empty is what templates make of a secret that is not.
  const token = given("token") ?? (env[tokenVariable] || undefined);
  return {
    kind: "serve",
    url: urlOf(given("host") ?? "127.0.0.1", integer("port", given("port") ?? "9999", 65_535)),
    options: { ...limits, token, snapshotFile: path(given("snapshot")) },
  };
}

/** An error of the options as whoever typed them knows these. */
export function asTyped(message: string): string {
  return limitNames.reduce((said, name) => said.replaceAll(name, `--${flagOf(name)}`), message);
}

function parse(argv: readonly string[]): Readonly<Record<string, string | boolean | undefined>> {
  try {
    const { values } = parseArgs({ args: [...argv], options: { ...flags, ...limitFlags } });
    return values;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith("ERR_PARSE_ARGS_") !== true) throw error;
    // Node goes on with advice about positional arguments, of which there are none.
    throw new UsageError(message.split(/\. |\.?\n/, 1)[0]);
  }
}

function integer(flag: string, value: string, most: number): number {
  const number = Number(value);
  if (/^\d{1,10}$/.test(value) && number <= most) return number;
  throw new UsageError(`--${flag} is ${JSON.stringify(value)}: it takes an integer up to ${most}`);
}

function path(file: string | undefined): string | undefined {
  if (file === "") throw new UsageError("--snapshot takes a file");
  return file;
}

function urlOf(host: string, port: number): string {
  if (!/^[\w.:%-]+$/.test(host))
    throw new UsageError(`--host is ${JSON.stringify(host)}: it takes a name or an address`);
  return host.includes(":") ? `http://[${host}]:${port}` : `http://${host}:${port}`;
}
