import type { ClientInterceptor } from "../client/interceptor.ts";
import type { Logger } from "../logger.ts";
import { checkNames } from "../option-names.ts";
import { FailureReport } from "../observation/failure-report.ts";
import { observeClient, observeServer } from "../observation/interceptors.ts";
import type { Direction, ObservedCall } from "../observation/observed-call.ts";
import type { Observer } from "../observation/observer.ts";
import { Watch } from "../observation/watch.ts";
import type { ServerInterceptor } from "../server/interceptor.ts";
import { Family } from "./prometheus.ts";
import { bucketBounds, outcomes, type Series } from "./series.ts";
import { SeriesTable } from "./series-table.ts";

/** Where a failure of the metrics themselves is told. */
export interface CallMetricsOptions {
  /** @defaultValue silent */
  readonly logger?: Logger;
}

/** The `content-type` of what `prometheus()` writes. */
export const prometheusContentType = "text/plain; version=0.0.4; charset=utf-8";

/**
 * Counts the calls of any number of channels and servers, by method: how they ended, how long they took, how many are in flight, the
 * messages of streams. A call costs one object, two readings of the clock and, where it is answered later, a promise; a message of a
 * stream costs a promise; a method keeps about 500 bytes a side.
 */
export class CallMetrics {
  /** Counts the calls of channels: for `interceptors` of `connect`. */
  readonly client: ClientInterceptor;
  /** Counts the calls that come in: for `interceptors` of `new Server`. */
  readonly server: ServerInterceptor;
  readonly #client = new SeriesTable();
  readonly #server = new SeriesTable();

  constructor(options: CallMetricsOptions = {}) {
    checkNames("new CallMetrics()", { logger: true }, options);
    const report = new FailureReport("the metrics failed", options.logger);
    this.client = observeClient(new Watch(new Counter(this.#client), report));
    this.server = observeServer(new Watch(new Counter(this.#server), report));
  }

  /** Everything counted so far, in Prometheus' text format. */
  prometheus(): string {
    return [...families("client", this.#client), ...families("server", this.#server)].join("");
  }
}

class Counter implements Observer<Series> {
  readonly #table: SeriesTable;

  constructor(table: SeriesTable) {
    this.#table = table;
  }

  begin(call: ObservedCall<Series>): void {
    call.state = this.#table.of(call.method.path);
    call.state.begin();
  }

  message({ method, state }: ObservedCall<Series>, direction: Direction): void {
    if (method.kind === "unary") return;
    if (direction === "request") state!.requests++;
    else state!.responses++;
  }

  end({ state, outcome, duration }: ObservedCall<Series>): void {
    state!.end(outcome, duration);
  }

  // Callers make up what they call: none of it may become a label.
  unknown(): void {
    this.#table.other.count("UNIMPLEMENTED");
  }
}

function families(side: "client" | "server", table: SeriesTable): Family[] {
  const { entries } = table;
  if (entries.length === 0) return [];
  const name = `gorpc_${side}`;
  const ended = new Family(
    `${name}_calls_total`,
    "counter",
    "Calls that have ended, by method and status code.",
  );
  const errors = new Family(
    `${name}_call_errors_total`,
    "counter",
    "Calls that have ended with another code than OK, by method.",
  );
  const inFlight = new Family(`${name}_calls_in_flight`, "gauge", "Calls that have begun and not ended.");
  const duration = new Family(
    `${name}_call_duration_seconds`,
    "histogram",
    "How long calls took, streams to their end.",
  );
  const messages = new Family(
    `${name}_stream_messages_total`,
    "counter",
    "Messages of methods that stream, by direction.",
  );
  const [requests, responses] = side === "client" ? ["sent", "received"] : ["received", "sent"];
  for (const [method, series] of entries) {
    series.ended.forEach((count, number) => {
      if (count > 0) ended.sample({ method, code: outcomes[number]! }, count);
    });
    errors.sample({ method }, sum(series.ended.slice(1)));
    inFlight.sample({ method }, series.inFlight);
    duration.histogram({ method }, boundsInSeconds, series.buckets, series.totalDuration / 1_000);
    if (series.requests + series.responses === 0) continue;
    messages.sample({ method, direction: requests }, series.requests);
    messages.sample({ method, direction: responses }, series.responses);
  }
  return [ended, errors, inFlight, duration, messages];
}

const boundsInSeconds = bucketBounds.map((ms) => ms / 1_000);

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
