/** What `npm run bench` can measure. */
import { measure as measureBalancers } from "./balancers/run.ts";
import { balancersTable } from "./balancers/table.ts";
import { type PeerName as CallsPeer, peers as callsPeers, peersOf } from "./calls/peers.ts";
import { type CallsReport, plans as callsPlans, run as runCalls } from "./calls/run.ts";
import { callsTable } from "./calls/table.ts";
import { type PeerName as CodecPeer, peers as codecPeers } from "./codec/peers.ts";
import { plans as codecPlans, run as runCodec } from "./codec/run.ts";
import { codecTable } from "./codec/table.ts";
import type { Conditions } from "./conditions.ts";
import type { Needs } from "./contenders.ts";
import { run as runGenerator } from "./generator/run.ts";
import { generatorTable } from "./generator/table.ts";
import { plans as memoryPlans, run as runMemory } from "./memory/run.ts";
import { memoryTable } from "./memory/table.ts";
import { run as runSize } from "./size/run.ts";
import { sizeTable } from "./size/table.ts";
import { plans as startPlans, run as runStart } from "./start/run.ts";
import { startTable } from "./start/table.ts";
import { type PeerName as StreamsPeer, peers as streamsPeers } from "./streams/peers.ts";
import { plans as streamsPlans, run as runStreams } from "./streams/run.ts";
import { streamsTable } from "./streams/table.ts";

export interface Measured {
  readonly results: unknown;
  /** In Markdown. */
  readonly table: string;
  /** What a chart can be drawn of. */
  readonly calls?: CallsReport;
}

export interface Part {
  readonly title: string;
  /** Who is compared; empty where gorpc is measured alone. */
  readonly peers: Readonly<Record<string, Needs>>;
  readonly measure: (
    plan: "full" | "quick",
    names: readonly string[],
    conditions: Conditions,
  ) => Promise<Measured>;
}

export const parts: Readonly<Record<string, Part>> = {
  calls: {
    title: "Unary calls over one loopback connection",
    peers: callsPeers,
    async measure(plan, names, conditions) {
      const results = await runCalls(names as CallsPeer[], callsPlans[plan], conditions);
      return { results, table: callsTable(results), calls: results };
    },
  },
  streams: {
    title: "Streams from the server over one loopback connection",
    peers: streamsPeers,
    async measure(plan, names) {
      const results = await runStreams(names as StreamsPeer[], streamsPlans[plan]);
      return { results, table: streamsTable(results) };
    },
  },
  codec: {
    title: "Encoding and decoding",
    peers: codecPeers,
    async measure(plan, names) {
      const results = await runCodec(names as CodecPeer[], codecPlans[plan]);
      return { results, table: codecTable(results) };
    },
  },
  start: {
    title: "A process from its start to its first answer",
    peers: peersOf("start"),
    async measure(plan, names) {
      const results = await runStart(names as CallsPeer[], startPlans[plan]);
      return { results, table: startTable(results) };
    },
  },
  size: {
    title: "Size of what is installed and of a bundled client",
    peers: peersOf("size"),
    async measure(_plan, names) {
      const results = await runSize(names as CallsPeer[]);
      return { results, table: sizeTable(results) };
    },
  },
  memory: {
    title: "Memory",
    peers: peersOf("memory"),
    async measure(plan, names) {
      const results = await runMemory(names as CallsPeer[], memoryPlans[plan]);
      return { results, table: memoryTable(results) };
    },
  },
  balancers: {
    title: "Picking an endpoint",
    peers: {},
    async measure(plan) {
      const results = measureBalancers(plan === "quick");
      return { results, table: balancersTable(results) };
    },
  },
  generator: {
    title: "From schemas to TypeScript",
    peers: {},
    async measure(plan) {
      const results = await runGenerator({ quick: plan === "quick" });
      return { results, table: generatorTable(results) };
    },
  },
};
