import { parseArgs } from "node:util";
import type { Conditions } from "./conditions.ts";
import type { Side } from "./measured-process.ts";
import { parts } from "./parts.ts";

export const usage = `npm run bench -- [options]
  -h, --help        prints this
  --quick           shorter runs, for a first look
  --only <a,b>      of ${Object.keys(parts).join(", ")}
  --peers <a,b>     of ${allPeers().join(", ")}
  --heap <MiB>      of the calls: both sides with no larger heap (--max-old-space-size)
  --busy <side>     of the calls: something else keeps the core of the server, or of the client, busy, too
  --json <file>     also writes every figure there
  --chart <file>    also draws the calls as SVG`;

export interface Options {
  readonly plan: "full" | "quick";
  /** Names of parts. */
  readonly parts: readonly string[];
  /** Undefined: all. */
  readonly peers: ReadonlySet<string> | undefined;
  /** Under which calls are measured. */
  readonly conditions: Conditions;
  readonly json: string | undefined;
  readonly chart: string | undefined;
}

/**
 * Undefined where help is asked for.
 * @throws Error that says what is wrong with them
 */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: "boolean", short: "h" },
      quick: { type: "boolean" },
      only: { type: "string" },
      peers: { type: "string" },
      heap: { type: "string" },
      busy: { type: "string" },
      json: { type: "string" },
      chart: { type: "string" },
    },
  });
  if (values.help === true) return undefined;
  const only = listOf(values.only, Object.keys(parts), "part");
  const peers = listOf(values.peers, allPeers(), "peer");
  const chosen = only ?? Object.keys(parts).filter((name) => peers === undefined || hasOneOf(name, peers));
  if (values.chart !== undefined && !chosen.includes("calls")) {
    throw new Error("--chart draws the calls, which are not measured");
  }
  const conditions = {
    ...(values.heap !== undefined && { heap: heapOf(values.heap) }),
    ...(values.busy !== undefined && { busy: sideOf(values.busy) }),
  };
  if (Object.keys(conditions).length > 0 && !chosen.includes("calls")) {
    throw new Error("--heap and --busy are for the calls, which are not measured");
  }
  return {
    conditions,
    plan: values.quick === true ? "quick" : "full",
    parts: chosen,
    peers: peers && new Set(peers),
    json: values.json,
    chart: values.chart,
  };
}

/** In MiB. */
function heapOf(text: string): number {
  const heap = Number(text);
  if (!Number.isInteger(heap) || heap < 16) throw new Error(`--heap takes MiB, at least 16, not ${text}`);
  return heap;
}

function sideOf(text: string): Side {
  if (text === "server" || text === "client") return text;
  throw new Error(`--busy takes server or client, not ${text}`);
}

function allPeers(): string[] {
  return [...new Set(Object.values(parts).flatMap(({ peers }) => Object.keys(peers)))];
}

function hasOneOf(part: string, peers: readonly string[]): boolean {
  return peers.some((peer) => Object.hasOwn(parts[part]!.peers, peer));
}

function listOf(text: string | undefined, known: readonly string[], what: string): string[] | undefined {
  if (text === undefined) return undefined;
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`there is no ${what} ${JSON.stringify(unknown)}`);
  return names;
}
