import { barChart } from "../bar-chart.ts";
import { whole } from "../markdown.ts";
import type { CallsReport } from "./run.ts";

const inFlight = 64;

/** Calls/s at 64 in flight, the fastest first, each with its ratio to grpc-js. */
export function callsChart(
  report: CallsReport,
  machine: { readonly node: string; readonly cpu: string },
): string {
  const rows = report.rows
    .filter((row) => row.inFlight === inFlight)
    .sort((a, b) => b.callsPerSecond - a.callsPerSecond);
  const bars = rows.map(({ peer, callsPerSecond, ofGrpc }) => ({
    label: peer,
    value: callsPerSecond,
    text: `${whole(callsPerSecond)}/s${ofGrpc === undefined ? "" : `, ${ofGrpc.toFixed(1)}x grpc-js`}`,
    ours: peer.startsWith("gorpc"),
  }));
  const cores = report.pinned ? "a core for each side" : "not pinned";
  return barChart(
    `Echo calls per second, one connection, ${inFlight} in flight`,
    `Node ${machine.node}, ${machine.cpu}, ${cores}; medians of ${report.plan.repetitions}. npm run bench -- --only calls`,
    bars,
  );
}
