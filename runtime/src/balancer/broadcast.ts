import type { Channel } from "../client/channel.ts";
import { type CallManyOptions, ManyChannel } from "./call-many.ts";

/**
 * A channel that makes each unary call at all endpoints of a channel to a resolver: all that the registry knows when the call is
 * made, whether or not something leaves them out, have to answer. The call's answer is the first one; the first failure is the
 * call's, and cancels the others.
 *
 * - Before the registry has answered once, the call waits for that; where it knows no endpoint, the call fails with UNAVAILABLE.
 * - An endpoint that is being connected is waited for; one that cannot be reached has failed.
 * - Endpoints that come later are not called. One that leaves before it was called does not count.
 * - Each endpoint's call may be made again there, as `failTry` says, unless the fail mode is `failFast`. It goes through the
 *   channel's interceptors.
 *
 * Streams fail with UNIMPLEMENTED.
 * @throws TypeError where the channel is not one that `connect` made to a resolver
 */
export function broadcast(channel: Channel, options: CallManyOptions = {}): Channel {
  return new ManyChannel(
    channel,
    {
      name: "broadcast",
      endsWith: "failure",
      endpoints: (fleet, method, callOptions) => fleet.known(method, callOptions),
    },
    options,
  );
}
