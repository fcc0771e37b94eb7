export type { Balancer, CallInfo, Candidate, Outcome, Picker } from "./balancer.ts";
export type { CircuitBreakerOptions } from "./breaker-options.ts";
export { broadcast } from "./broadcast.ts";
export { circuitBreaker } from "./circuit-breaker.ts";
export { consistentHash, type ConsistentHashOptions } from "./consistent-hash.ts";
export { fork } from "./fork.ts";
export type { EndpointGuard, Guard, GuardedEndpoint } from "./guard.ts";
export type { HashKey } from "./hash-key.ts";
export { type HealthCheck, type HealthCheckOptions, healthChecks } from "./health-checks.ts";
export { leastInFlight } from "./least-in-flight.ts";
export type { CallManyOptions, EndpointResult } from "./call-many.ts";
export { maglev } from "./maglev.ts";
export type {
  FailurePercentageOptions,
  OutlierEjectionOptions,
  SuccessRateOptions,
} from "./outlier-options.ts";
export { p2c } from "./p2c.ts";
export { peakEwma, type PeakEwmaOptions } from "./peak-ewma.ts";
export { random } from "./random.ts";
export { roundRobin } from "./round-robin.ts";
export { slowStart, type SlowStartOptions } from "./slow-start.ts";
export { subset, type SubsetOptions } from "./subset.ts";
export { weightedRoundRobin } from "./weighted-round-robin.ts";
export { zoneAware, type ZoneAwareOptions } from "./zone-aware.ts";
