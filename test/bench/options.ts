import { parseArgs } from "node:util";
import { parts } from "./parts.ts";

export const usage = `npm run bench -- [options]
  --quick           shorter runs, for a first look
  --only <a,b>      of ${Object.keys(parts).join(", ")}
  --peers <a,b>     of ${allPeers().join(", ")}
  --json <file>     also writes every figure there
  --chart <file>    also draws the calls as SVG`;

export interface Options {
  readonly plan: "full" | "quick";
  /** Names of parts. */
  readonly parts: readonly string[];
  /** Undefined: all. */
  readonly peers: ReadonlySet<string> | undefined;
  readonly json: string | undefined;
  readonly chart: string | undefined;
}

/** @throws Error that says what is wrong with them */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean" },
      only: { type: "string" },
      peers: { type: "string" },
      json: { type: "string" },
      chart: { type: "string" },
    },
  });
  const only = listOf(values.only, Object.keys(parts), "part");
  const peers = listOf(values.peers, allPeers(), "peer");
  const chosen = only ?? Object.keys(parts).filter((name) => peers === undefined || hasOneOf(name, peers));
  if (values.chart !== undefined && !chosen.includes("calls")) {
    throw new Error("--chart draws the calls, which are not measured");
  }
  return {
    plan: values.quick === true ? "quick" : "full",
    parts: chosen,
    peers: peers && new Set(peers),
    json: values.json,
    chart: values.chart,
  };
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
