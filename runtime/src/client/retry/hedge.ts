import type { CallOptions } from "../../call-options.ts";
import { now } from "../../clock.ts";
import type { AnyMethod, Streaming, Unary } from "../../schema/service.ts";
import type { Channel, ResponseStream } from "../channel.ts";
import type { HedgeSettings } from "./hedge-options.ts";
import { HedgedCall, type HedgeRules } from "./hedged-call.ts";
import { LatencyQuantile } from "./latency.ts";
import type { RetryRules } from "./retries.ts";

/** Makes calls of idempotent methods a second time, elsewhere, when the first answer is late. Streams pass through. */
export class HedgeChannel implements Channel {
  readonly #channel: Channel;
  readonly #settings: HedgeSettings;
  readonly #rules: HedgeRules;
  readonly #latencies = new WeakMap<AnyMethod, LatencyQuantile>();

  constructor(channel: Channel, settings: HedgeSettings, rules: RetryRules) {
    this.#channel = channel;
    this.#settings = settings;
    this.#rules = { ...rules, attempts: settings.attempts };
  }

  unary<I, O>(method: Unary<I, O>, request: I, options?: CallOptions): Promise<O> {
    if (!method.idempotent) return this.#channel.unary(method, request, options);
    const { delay, quantile } = this.#settings;
    const call = new HedgedCall(this.#channel, method, request, options, this.#rules);
    return quantile === undefined ? call.run(delay) : this.#measured(call, this.#latencyOf(method, quantile));
  }

  stream<I, O>(
    method: Streaming<I, O>,
    requests: Iterable<I> | AsyncIterable<I>,
    options?: CallOptions,
  ): ResponseStream<O> {
    return this.#channel.stream(method, requests, options);
  }

  close(): Promise<void> {
    return this.#channel.close();
  }

  /** A call that was answered by its hedge counts with the time until then, which its first attempt would have exceeded. */
  async #measured<I, O>(call: HedgedCall<I, O>, latency: LatencyQuantile): Promise<O> {
    const started = now();
    const answer = await call.run(latency.value);
    const time = now();
    latency.record(time - started, time);
    return answer;
  }

  #latencyOf(method: AnyMethod, quantile: number): LatencyQuantile {
    let latency = this.#latencies.get(method);
    if (latency === undefined) {
      latency = new LatencyQuantile(quantile);
      this.#latencies.set(method, latency);
    }
    return latency;
  }
}
