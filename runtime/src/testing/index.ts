export { fakes } from "./fakes.ts";
export type { Amount, FaultPlan, Faults } from "./faults.ts";
export { faultyProxy, type FaultyProxy, type FaultyProxyOptions } from "./faulty-proxy.ts";
export { seededRandom } from "./random.ts";
export { testChannel, type TestChannelOptions } from "./test-channel.ts";
export { testClock, type TestClock } from "./test-clock.ts";
