import type { Outcome } from "./record.ts";

/** After its deadline, in ms, a call must have settled. */
const slack = 1_500;
/** How many violations are told in words. */
const shown = 20;

/** What happened in a soak. */
export interface Evidence {
  readonly outcomes: readonly Outcome[];
  /** The id of each handler that was entered, as often as it was. */
  readonly runs: readonly string[];
  /** Whether nothing but graceful restarts happened from the one time to the other. */
  readonly isCalm: (from: number, to: number) => boolean;
}

/** What must never be, by what it is; and what there was in all. */
export interface Verdict {
  readonly counts: Readonly<Record<string, number>>;
  readonly violations: readonly string[];
}

/** Compares what callers and servers wrote down with what must hold. */
export function judge({ outcomes, runs, isCalm }: Evidence): Verdict {
  const ran = countOf(runs);
  const counts: Record<string, number> = {};
  const violations: string[] = [];
  const count = (name: string): void => void (counts[name] = (counts[name] ?? 0) + 1);
  const violate = (what: string, outcome: Outcome): void => {
    count(what);
    if (violations.length < shown) violations.push(`${what}: ${JSON.stringify(outcome)}`);
  };

  for (const outcome of outcomes) {
    const times = ran.get(outcome.id) ?? 0;
    count("calls");
    count(outcome.end === "failed" ? `failed with ${outcome.code}` : outcome.end);
    if (isRetried(outcome)) count("returned to their callers, not run");
    if (outcome.end === "wrong") violate("WRONG", outcome);
    if (outcome.late > slack) violate("LATE", outcome);
    if (times > 1) violate("RAN TWICE", outcome);
    if (times === 0 && mustHaveRun(outcome)) violate("NEVER RAN", outcome);
    // Tried again under its id: only the last attempt may have run.
    if (times > 0 && outcome.sent === "no" && !isRetried(outcome)) violate("RAN UNSENT", outcome);
    if (!isCalm(outcome.began, outcome.ended)) continue;
    count("calls without a fault");
    if (isLoss(outcome)) violate("LOST WITHOUT A FAULT", outcome);
  }
  return { counts, violations };
}

function countOf(ids: readonly string[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const id of ids) times.set(id, (times.get(id) ?? 0) + 1);
  return times;
}

function mustHaveRun({ end, sent }: Outcome): boolean {
  return end === "answered" || end === "planned" || sent === "yes";
}

/** A call whose requests cannot be asked for twice comes back to its caller when its server goes away. */
export function isRetried({
  kind,
  end,
  code,
  sent,
}: Pick<Outcome, "kind" | "end" | "code" | "sent">): boolean {
  return (kind === "up" || kind === "both") && end === "failed" && code === "UNAVAILABLE" && sent === "no";
}

function isLoss(outcome: Outcome): boolean {
  if (outcome.end !== "failed" || isRetried(outcome)) return false;
  return !(outcome.isTight && outcome.code === "DEADLINE_EXCEEDED");
}
