import type {
  ClientInterceptor,
  StreamCall,
  StreamInvoker,
  UnaryCall,
  UnaryInvoker,
} from "../client/interceptor.ts";
import type { CallContext } from "../protocol/server-call.ts";
import type { ServerInterceptor, StreamHandler, UnaryHandler } from "../server/interceptor.ts";
import type { ObservedCall } from "./observed-call.ts";
import { observedRequests, ObservedStream } from "./observed-stream.ts";
import { answeredOutcome, clientOutcome, failedOutcome, leftOutcome } from "./outcome.ts";
import { isThenable } from "../thenable.ts";
import type { Watch } from "./watch.ts";

/** Watches each call of a channel. */
export function observeClient<State>(watch: Watch<State>): ClientInterceptor {
  return {
    unary: (next) => (call) => {
      const observed = watch.begin(call.method, call.target, undefined, call.options);
      return observed === undefined ? next(call) : callUnary(watch, observed, next, call);
    },
    stream: (next) => (call) => streamOfClient(watch, next, call),
  };
}

/** Watches each call of a server. */
export function observeServer<State>(watch: Watch<State>): ServerInterceptor {
  return {
    unary: (next) => (request, context) => {
      const { method, peer } = context;
      const call = watch.begin(method, peer.address, context, undefined);
      return call === undefined ? next(request, context) : handleUnary(watch, call, next, request, context);
    },
    stream: (next) => (requests, context) => streamOfServer(watch, next, requests, context),
    unknown: (path) => watch.unknown(path),
  };
}

async function callUnary<State>(
  watch: Watch<State>,
  observed: ObservedCall<State>,
  next: UnaryInvoker,
  call: UnaryCall,
): Promise<unknown> {
  watch.message(observed, "request", call.request);
  try {
    const response = await watch.enter(observed, () => next(withOptions(call, observed)));
    watch.message(observed, "response", response);
    watch.end(observed, "OK");
    return response;
  } catch (error) {
    watch.end(observed, clientOutcome(error), error);
    throw error;
  }
}

function streamOfClient<State>(
  watch: Watch<State>,
  next: StreamInvoker,
  call: StreamCall,
): AsyncIterable<unknown> {
  const begin = (): ObservedCall<State> | undefined =>
    watch.begin(call.method, call.target, undefined, call.options);
  const open = (observed: ObservedCall<State> | undefined): AsyncIterable<unknown> => {
    if (observed === undefined) return next(call);
    return next({
      ...withOptions(call, observed),
      requests: observedRequests(watch, observed, call.requests),
    });
  };
  return new ObservedStream(watch, begin, open, {
    answered: () => "OK",
    failed: clientOutcome,
    left: () => "CANCELLED",
  });
}

/** The call with the options that the observer put in place of its own. */
function withOptions<C extends UnaryCall | StreamCall>(call: C, { options }: ObservedCall): C {
  return options === undefined || options === call.options ? call : { ...call, options };
}

/** Answers at once where the handler does. */
function handleUnary<State>(
  watch: Watch<State>,
  call: ObservedCall<State>,
  next: UnaryHandler,
  request: unknown,
  context: CallContext,
): unknown {
  watch.message(call, "request", request);
  const succeed = (response: unknown): unknown => {
    watch.message(call, "response", response);
    watch.end(call, answeredOutcome(context));
    return response;
  };
  const fail = (error: unknown): never => {
    watch.end(call, failedOutcome(context, error), error);
    throw error;
  };
  let result: unknown;
  try {
    result = watch.enter(call, () => next(request, context));
  } catch (error) {
    return fail(error);
  }
  return isThenable(result) ? Promise.resolve(result).then(succeed, fail) : succeed(result);
}

function streamOfServer<State>(
  watch: Watch<State>,
  next: StreamHandler,
  requests: AsyncIterable<unknown>,
  context: CallContext,
): AsyncIterable<unknown> {
  const begin = (): ObservedCall<State> | undefined =>
    watch.begin(context.method, context.peer.address, context, undefined);
  const open = (call: ObservedCall<State> | undefined): AsyncIterable<unknown> =>
    next(call === undefined ? requests : observedRequests(watch, call, requests), context);
  return new ObservedStream(watch, begin, open, {
    answered: () => answeredOutcome(context),
    failed: (error) => failedOutcome(context, error),
    left: () => leftOutcome(context),
  });
}
