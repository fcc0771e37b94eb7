import { digits, markdownTable, whole } from "../markdown.ts";
import type { Figure } from "./run.ts";

/** The report for people: a row for each balancer and size. */
export function balancersTable(figures: readonly Figure[]): string {
  const head = ["balancer", "endpoints", "pick", "told the end", "first pick of a new list"];
  return markdownTable(
    head,
    figures.map(({ balancer, endpoints, pick, done, change }) => [
      balancer,
      whole(endpoints),
      `${whole(pick)} ns`,
      done === undefined ? "" : `${whole(done)} ns`,
      `${digits(change)} ms`,
    ]),
  );
}
