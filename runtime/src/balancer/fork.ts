import type { Channel } from "../client/channel.ts";
import type { Endpoint } from "../registry/resolver.ts";
import { type CallManyOptions, ManyChannel } from "./call-many.ts";

/**
 * A channel that makes each unary call at all endpoints of a channel to a resolver that take calls: the first good answer is the
 * call's, and cancels the others. Where all fail, the call fails with the last failure, which lists them in its `attempts`.
 *
 * While none takes calls, the call waits for the first, as any call does. Endpoints that come later are not called. Above
 * `maxConcurrency` it begins with any, and another follows for each that fails. Each endpoint's call may be made again there, as
 * `failTry` says, unless the fail mode is `failFast`. The method should be one that may run several times.
 *
 * Streams fail with UNIMPLEMENTED.
 * @throws TypeError where the channel is not one that `connect` made to a resolver
 */
export function fork(channel: Channel, options: CallManyOptions = {}): Channel {
  return new ManyChannel(
    channel,
    {
      name: "fork",
      endsWith: "answer",
      endpoints: async (fleet, method, callOptions) => fromAny(await fleet.takingCalls(method, callOptions)),
    },
    options,
  );
}

/** The same in their order, from one at random on: where not all are called, it is not always the same ones. */
function fromAny(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const first = Math.floor(Math.random() * endpoints.length);
  return [...endpoints.slice(first), ...endpoints.slice(0, first)];
}
