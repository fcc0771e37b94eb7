import { RpcError } from "../errors.ts";
import type { AnyMethod } from "../schema/service.ts";
import type { ResponseStream } from "./channel.ts";

/** The stream of a method whose protocol has none: it fails when it is read. */
export function unsupportedStream<O>(method: AnyMethod, target: string): ResponseStream<O> {
  const fail = (): Promise<never> =>
    Promise.reject(
      new RpcError("UNIMPLEMENTED", "the method streams, and streams are not supported yet", {
        prefix: `${method.path} at ${target}`,
        sent: "no",
      }),
    );
  return { only: fail, [Symbol.asyncIterator]: () => ({ next: fail }) };
}
