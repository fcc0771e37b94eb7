import { parseArgs } from "node:util";
import { scenarios } from "./scenarios.ts";
import type { Shape } from "./shape.ts";

export interface Options {
  /** Many clients, each of which knows some of the servers. */
  readonly fleet: Shape;
  /** Few clients with as many calls together, each of which knows all servers: for the balancers that go by key. */
  readonly byKey: Shape;
  readonly scenarios: typeof scenarios;
  /** The folder that plots are written to. */
  readonly plots: string;
}

interface Flag {
  readonly what: string;
  readonly full: number;
  readonly quick: number;
  readonly least: number;
  readonly most: number;
  /** Whether parts of it can be meant. */
  readonly isReal?: boolean;
}

/** What the runtime keeps of a server is some KB for each client: more than these do not fit into a Node process as it is started. */
const mostKnown = 500_000;

const flags = {
  servers: { what: "servers", full: 1_000, quick: 40, least: 1, most: 10_000 },
  clients: { what: "clients", full: 10_000, quick: 400, least: 1, most: 100_000 },
  known: { what: "servers that a client knows, at most", full: 16, quick: 20, least: 1, most: 10_000 },
  "clients-by-key": {
    what: "clients of balancers by key, which know all servers",
    full: 25,
    quick: 5,
    least: 1,
    most: 1_000,
  },
  workers: { what: "calls that a server works on at once", full: 4, quick: 4, least: 1, most: 1_000 },
  service: {
    what: "ms that a call takes, on average",
    full: 80,
    quick: 50,
    least: 0.01,
    most: 60_000,
    isReal: true,
  },
  utilization: {
    what: "part of the servers' time that calls need",
    full: 0.6,
    quick: 0.6,
    least: 0.01,
    most: 2,
    isReal: true,
  },
  timeout: { what: "ms after which callers give up", full: 1_000, quick: 1_000, least: 1, most: 600_000 },
  "warm-up": { what: "ms before the scenario", full: 6_000, quick: 5_000, least: 0, most: 600_000 },
  measured: { what: "ms from then on", full: 12_000, quick: 12_000, least: 12_000, most: 600_000 },
} as const satisfies Record<string, Flag>;

type FlagName = keyof typeof flags;

export const usage = `npm run simulate -- [options]
  --quick${" ".repeat(17)}a small fleet: under 20 s
  --seed <text>${" ".repeat(11)}what everything follows from; "1" without it
  --only <scenario>${" ".repeat(7)}one of ${scenarios.map(({ name }) => name).join(", ")}; more than once for some
  --plots <folder>${" ".repeat(8)}where SVGs are written; plots without it
${Object.entries(flags)
  .map(
    ([name, { what, full, quick }]) =>
      `  --${`${name} <n>`.padEnd(22)}${what}; ${full}, with --quick ${quick}`,
  )
  .join("\n")}`;

/** @throws Error that says which option cannot be meant */
export function readOptions(commandLine: readonly string[]): Options {
  const numbers = Object.fromEntries(Object.keys(flags).map((name) => [name, { type: "string" } as const]));
  const { values } = parseArgs({
    args: [...commandLine],
    options: {
      ...(numbers as Record<FlagName, { type: "string" }>),
      quick: { type: "boolean" },
      seed: { type: "string" },
      only: { type: "string", multiple: true },
      plots: { type: "string" },
    },
  });
  const { quick = false, seed = "1", only, plots = "plots" } = values;
  const number = (name: FlagName): number => numberOf(name, values[name], quick);
  const fleet: Shape = {
    seed,
    servers: number("servers"),
    clients: number("clients"),
    known: Math.min(number("known"), number("servers")),
    zones: 3,
    workers: number("workers"),
    service: number("service"),
    utilization: number("utilization"),
    clientUtilization: 0,
    timeout: number("timeout"),
    near: 0.25,
    far: 0.75,
    warmUp: number("warm-up"),
    measured: number("measured"),
  };
  const byKey = { ...fleet, clients: number("clients-by-key"), known: fleet.servers };
  checkSize(fleet, "known");
  checkSize(byKey, "clients-by-key");
  return { fleet, byKey, scenarios: scenariosOf(only), plots };
}

function numberOf(name: FlagName, text: string | undefined, quick: boolean): number {
  const { full, quick: small, least, most, isReal = false }: Flag = flags[name];
  if (text === undefined) return quick ? small : full;
  const value = Number(text);
  if (value >= least && value <= most && (isReal || Number.isInteger(value))) return value;
  throw new RangeError(
    `--${name} is ${text}: it takes ${isReal ? "a number" : "an integer"} from ${least} to ${most}`,
  );
}

function checkSize({ clients, known }: Shape, flag: string): void {
  if (clients * known <= mostKnown) return;
  throw new RangeError(
    `${clients} clients that know ${known} servers each have ${clients * known} connections, and ${mostKnown} fit: lower --${flag}`,
  );
}

function scenariosOf(only: readonly string[] | undefined): typeof scenarios {
  const unknown = only?.find((name) => !scenarios.some((scenario) => scenario.name === name));
  if (unknown !== undefined) throw new Error(`there is no scenario ${JSON.stringify(unknown)}`);
  return only === undefined ? scenarios : scenarios.filter(({ name }) => only.includes(name));
}
