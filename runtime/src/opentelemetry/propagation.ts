import type { Context, TextMapGetter, TextMapSetter } from "@opentelemetry/api";
import type { Metadata } from "../metadata.ts";
import type { ObservedCall } from "../observation/observed-call.ts";
import type { Propagator } from "./options.ts";

// Propagators know HTTP's headers, which have no case.
const setter: TextMapSetter<Metadata> = {
  set: (metadata, key, value) => void metadata.set(key.toLowerCase(), value),
};

const getter: TextMapGetter<Metadata> = {
  keys: (metadata) => [...new Set([...metadata].map(([key]) => key))],
  get(metadata, key) {
    const values = metadata.getAll(key.toLowerCase()).filter((value) => typeof value === "string");
    return values.length > 1 ? values : values[0];
  },
};

/** Puts the trace's context into what the caller sends. */
export function inject(propagator: Propagator, context: Context, call: ObservedCall): void {
  const metadata = call.metadata.clone();
  propagator.inject(context, metadata, setter);
  if (metadata.size > 0) call.options = { ...call.options, metadata };
}

/** The context that the caller sent, over an empty one. */
export function extract(propagator: Propagator, root: Context, call: ObservedCall): Context {
  return propagator.extract(root, call.metadata, getter);
}
