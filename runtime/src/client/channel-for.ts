import type { AnyService } from "../schema/service.ts";
import type { Channel } from "./channel.ts";

/**
 * What a generated client is given, checked: in JavaScript the promise of a channel would look like one until the first call.
 * @throws TypeError for what is no channel
 */
export function channelFor({ typeName }: AnyService, given: Channel): Channel {
  const { unary, stream } = (given as Partial<Channel> | undefined) ?? {};
  // One is enough: tests write what their calls need.
  if (typeof unary === "function" || typeof stream === "function") return given;
  throw new TypeError(
    `a client of ${typeName} takes a channel, as "await connect(...)" gives it, not ${Object.prototype.toString.call(given)}`,
  );
}
