import type { Message } from "@gorpc/idl";

const known = new WeakMap<Message, readonly string[]>();

/**
 * The required fields that have no zero: unions, and messages that need one.
 * Messages are finite, so required ones cannot lead back to themselves.
 */
export function neededFields(message: Message): readonly string[] {
  // Remembered: a message can be reached along exponentially many ways.
  let needed = known.get(message);
  if (needed === undefined) known.set(message, (needed = findNeeded(message)));
  return needed;
}

function findNeeded({ fields }: Message): string[] {
  return fields
    .filter(({ optional, type }) => {
      if (optional) return false;
      return type.kind === "union" || (type.kind === "message" && neededFields(type.declaration).length > 0);
    })
    .map(({ name }) => name);
}
