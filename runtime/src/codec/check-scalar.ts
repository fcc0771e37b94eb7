import { Writer } from "../bytes/writer.ts";
import type { ScalarName } from "../schema/types.ts";

const keptCapacity = 64 * 1024;
let scratch = new Writer();

/**
 * Checks a scalar with the writer's own checks, so that there is one set of rules.
 * @throws EncodeError with the reason
 */
export function checkScalar(type: ScalarName, value: unknown): void {
  scratch.truncate(0);
  scratch[type](value as never);
  if (scratch.buffer.length > keptCapacity) scratch = new Writer();
}
