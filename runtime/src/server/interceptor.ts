import type { CallContext } from "../protocol/server-call.ts";
import type { AnyMethod } from "../schema/service.ts";

/** A unary handler as interceptors see it. */
export type UnaryHandler = (request: unknown, context: CallContext) => unknown;

/** A streaming handler as interceptors see it: a side that does not stream is a stream of one. */
export type StreamHandler = (
  requests: AsyncIterable<unknown>,
  context: CallContext,
) => AsyncIterable<unknown>;

/**
 * Wraps what a server runs for each call: authentication, logging, metrics. Both are called once per method, when its service is
 * registered; what they return is called once per call, and answers with a value, a promise or an exception as a handler does.
 */
export interface ServerInterceptor {
  /** Wraps unary handlers: calls `next` and returns what it returns, or answers or throws itself. */
  readonly unary?: (next: UnaryHandler) => UnaryHandler;
  /** An async generator function over `next(requests, context)` does. What must see every call needs both this and `unary`. */
  readonly stream?: (next: StreamHandler) => StreamHandler;
  /** Told of each call that nothing is registered for. Callers make up the path: it is no label, and no key of what is kept. */
  readonly unknown?: (path: string) => void;
}

/** The handler behind its interceptors; the first one given is the outermost. */
export function intercept(
  method: AnyMethod,
  handler: UnaryHandler,
  interceptors: readonly ServerInterceptor[],
): UnaryHandler {
  if (method.kind === "unary")
    return interceptors.reduceRight<UnaryHandler>((next, { unary }) => unary?.(next) ?? next, handler);
  if (interceptors.every(({ stream }) => stream === undefined)) return handler;
  const streamed = interceptors.reduceRight<StreamHandler>(
    (next, { stream }) => stream?.(next) ?? next,
    asStreams(method, handler),
  );
  return asHandler(method, streamed);
}

/** A handler as interceptors see it: with a stream on both sides. */
function asStreams({ kind }: AnyMethod, handler: UnaryHandler): StreamHandler {
  switch (kind) {
    case "server-stream":
      return async function* (requests, context) {
        for await (const request of requests) {
          yield* handler(request, context) as AsyncIterable<unknown>;
          return;
        }
      };
    case "client-stream":
      return async function* (requests, context) {
        yield await handler(requests, context);
      };
    default:
      return (requests, context) => handler(requests, context) as AsyncIterable<unknown>;
  }
}

/** What the router runs, of a handler with a stream on both sides. */
function asHandler({ kind }: AnyMethod, streamed: StreamHandler): UnaryHandler {
  switch (kind) {
    case "server-stream":
      return (request, context) => streamed(only(request), context);
    case "client-stream":
      return async (requests, context) => {
        // To its end: an interceptor does something behind the answer too.
        let found: { readonly answer: unknown } | undefined;
        for await (const answer of streamed(requests as AsyncIterable<unknown>, context))
          found ??= { answer };
        if (found === undefined) throw new Error("an interceptor ended the stream without an answer");
        return found.answer;
      };
    default:
      return (requests, context) => streamed(requests as AsyncIterable<unknown>, context);
  }
}

async function* only(value: unknown): AsyncGenerator<unknown> {
  yield value;
}
