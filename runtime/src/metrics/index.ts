/** Counts and latencies of calls, and their text for Prometheus. */
export { CallMetrics, type CallMetricsOptions, prometheusContentType } from "./call-metrics.ts";
