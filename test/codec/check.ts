import fc from "fast-check";

/** Asserts a property; a counterexample of many fields is not made smaller for longer than a test may take. */
export function check<Values>(property: fc.IRawProperty<Values, false>, numRuns: number): void {
  fc.assert(property, { numRuns, interruptAfterTimeLimit: 15_000 });
}
