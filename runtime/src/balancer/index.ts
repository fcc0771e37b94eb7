export type { Balancer, Candidate, Picker } from "./balancer.ts";
export { random } from "./random.ts";
export { roundRobin } from "./round-robin.ts";
