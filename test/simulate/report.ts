import { digits, markdownTable, whole } from "../bench/markdown.ts";
import type { Figures } from "./figures.ts";
import { lineChart } from "./line-chart.ts";
import type { Scenario } from "./scenarios.ts";
import { arrivalRate, type Shape } from "./shape.ts";

/** How a scenario went with each balancer. */
export interface Result {
  readonly scenario: Scenario;
  readonly figures: readonly (readonly [balancer: string, Figures])[];
}

const head = ["balancer", "p50", "p99", "p99.9", "failed", "spread", "busiest", "other zones"];

export function resultTable({ scenario, figures }: Result): string {
  const rows = figures.map(([balancer, figure]) => [
    balancer,
    `${digits(figure.p50)} ms`,
    `${digits(figure.p99)} ms`,
    `${digits(figure.p999)} ms`,
    percent(figure.failed, 2),
    percent(figure.spread, 1),
    `${figure.busiest.toFixed(2)} x`,
    percent(figure.toOtherZones, 0),
  ]);
  return `**${scenario.name}**: ${scenario.what}\n\n${markdownTable(head, rows)}`;
}

export function described(shape: Shape): string {
  const { servers, clients, known, workers, service, utilization } = shape;
  const rate = arrivalRate(shape) * 1_000;
  const knowing = known === servers ? "which know all of them" : `which know ${whole(known)} of them each`;
  return (
    `${whole(servers)} servers, ${whole(clients)} clients, ${knowing}; ${whole(rate)} calls/s. A server works on ${workers} calls at once, ` +
    `for ${service} ms on average: ${percent(utilization, 0)} of what the servers can do`
  );
}

/** The scenario's plots by name. */
export function plotsOf({ scenario, figures }: Result, group: string): ReadonlyMap<string, string> {
  const name = `${group}-${scenario.name.replaceAll(" ", "-")}`;
  const latency = lineChart({
    title: `${scenario.name}: 99th percentile`,
    x: "seconds since it began",
    y: "ms",
    lines: figures.map(([balancer, { p99BySecond }]) => [balancer, p99BySecond.map((ms, at) => [at, ms])]),
  });
  const failures = lineChart({
    title: `${scenario.name}: calls that fail`,
    x: "seconds since it began",
    y: "%",
    lines: figures.map(([balancer, { failedBySecond }]) => [
      balancer,
      // A logarithm has no zero: what is drawn at a hundredth of a percent is that or less.
      failedBySecond.map((part, at) => [at, Math.max(0.01, part * 100)]),
    ]),
  });
  const spread = lineChart({
    title: `${scenario.name}: calls by server, as a part of their mean`,
    x: "% of the servers",
    y: "times the mean",
    lines: figures.map(([balancer, { callsByServer }]) => [balancer, sharesOf(callsByServer)]),
  });
  return new Map([
    [`${name}-p99.svg`, latency],
    [`${name}-failed.svg`, failures],
    [`${name}-spread.svg`, spread],
  ]);
}

/** At each percent of the servers: how many calls one got. */
function sharesOf(ascending: readonly number[]): [number, number][] {
  const mean = ascending.reduce((sum, each) => sum + each, 0) / ascending.length;
  return Array.from({ length: 101 }, (_, at) => [
    at,
    ascending[Math.round((at / 100) * (ascending.length - 1))]! / mean,
  ]);
}

function percent(part: number, fractionDigits: number): string {
  return `${(part * 100).toFixed(fractionDigits)} %`;
}
