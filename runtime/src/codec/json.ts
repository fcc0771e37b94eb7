import type { JsonValue } from "../schema/message.ts";
import type { Described } from "./explain.ts";

export function toJson(_type: Described, _value: unknown): JsonValue {
  throw new Error("pending");
}
export function fromJson(_type: Described, _json: JsonValue): unknown {
  throw new Error("pending");
}
