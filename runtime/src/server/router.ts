import { RpcError } from "../errors.ts";
import type { Logger } from "../logger.ts";
import { propagates, runInside } from "../propagation.ts";
import type { Route } from "../protocol/protocol.ts";
import type { CallContext, ServerCall } from "../protocol/server-call.ts";
import { iterate, type Pulled, throughout } from "../protocol/stream-call.ts";
import { nothing } from "../codec/wrapper.ts";
import { type AnyMethod, type AnyService, streamsResponses } from "../schema/service.ts";
import { isThenable } from "../thenable.ts";
import type { Admission } from "./admission.ts";
import { isForCaller } from "./for-caller.ts";
import { intercept, type ServerInterceptor, type UnaryHandler } from "./interceptor.ts";

export interface RouterOptions {
  readonly logger: Logger;
  readonly interceptors: readonly ServerInterceptor[];
  /** Whether calls made inside a handler inherit its deadline. */
  readonly propagate: boolean;
  /** Whether it is decided of each call whether it runs, and when: then {@link Router.admission} is there before the first. */
  readonly isBounded?: boolean;
}

/** Handlers by name, as a user registers them: an object or a class instance. */
type Handlers = Readonly<Record<string, unknown>>;
type Handler = (...input: unknown[]) => unknown;

/** Service descriptions and handlers in, routes out. Knows no protocol; handlers know none either. */
export class Router {
  /** Decides which calls run, and when. */
  admission: Admission | undefined;
  readonly #options: RouterOptions;
  readonly #routes = new Map<string, Route>();
  readonly #services = new Map<string, AnyService>();

  constructor(options: RouterOptions) {
    this.#options = options;
  }

  /** The registered services, in that order. */
  get services(): AnyService[] {
    return [...this.#services.values()];
  }

  /**
   * @throws Error where the service is registered already
   * @throws TypeError for what is no service, and for handlers that are no object
   */
  register(service: AnyService, handlers: object): void {
    checkRegistered(service, handlers);
    if (this.#services.has(service.typeName)) throw new Error(`${service.typeName} is registered already`);
    this.#services.set(service.typeName, service);
    for (const method of Object.values(service.methods)) {
      this.#routes.set(method.path, this.#route(method, handlers as Handlers));
    }
  }

  find(path: string): Route | undefined {
    return this.#routes.get(path);
  }

  /** Why there is no route, for the caller. */
  explainMissing(path: string): string {
    const [, service = "", name = ""] = path.split("/");
    if (this.#services.has(service))
      return `${service} has no method ${name} on this server; is its schema older?`;
    return `no service ${service || path} is registered on this server`;
  }

  /** Tells the interceptors of a call that there is no route for. */
  tellUnknown(path: string): void {
    for (const { unknown } of this.#options.interceptors) {
      try {
        unknown?.(path);
      } catch (error) {
        this.#options.logger.error("an interceptor failed when it was told of a call that has no handler", {
          error,
        });
      }
    }
  }

  #route(method: AnyMethod, handlers: Handlers): Route {
    const handler = findHandler(method.localName, handlers);
    if (handler === undefined) {
      this.#options.logger.warn(
        `${method.path} has no handler: add ${method.localName}() to what is registered`,
      );
    }
    const bound = handler === undefined ? unimplemented : bind(method, handler, handlers);
    const entry = intercept(method, bound, this.#options.interceptors);
    const streams = streamsResponses(method);
    return { method, run: this.#admitted(streams ? this.#streamRunner(entry) : this.#runner(entry)) };
  }

  #admitted(run: Route["run"]): Route["run"] {
    return this.#options.isBounded === true ? (call, input) => this.admission!.admit(call, input, run) : run;
  }

  #runner(handler: UnaryHandler): Route["run"] {
    return (call, request) => {
      call.entered = true;
      let result: unknown;
      try {
        result = this.#inherits ? runInside(call, () => handler(request, call)) : handler(request, call);
      } catch (error) {
        return this.#fail(call, error);
      }
      if (isThenable(result)) return this.#settle(call, result);
      call.answer(result);
      this.#release(call);
    };
  }

  #streamRunner(handler: UnaryHandler): Route["run"] {
    return (call, input) => {
      call.entered = true;
      let values: Pulled<unknown>;
      try {
        if (this.#inherits) {
          const inside = <T>(step: () => T): T => runInside(call, step);
          values = throughout(iterate(inside(() => handler(input, call)) as AsyncIterable<unknown>), inside);
        } else {
          values = iterate(handler(input, call) as AsyncIterable<unknown>);
        }
      } catch (error) {
        return this.#fail(call, error);
      }
      this.#settle(call, call.sendAll(values));
    };
  }

  /** Whether calls made in a handler inherit from its own. */
  get #inherits(): boolean {
    return this.#options.propagate && propagates();
  }

  #fail(call: ServerCall, error: unknown): void {
    call.refuse(this.#toAnswer(error, call));
    this.#release(call);
  }

  #release(call: ServerCall): void {
    call.release();
    this.admission?.release();
  }

  /** Answers when the handler does, or when the deadline passes. */
  #settle(call: ServerCall, result: PromiseLike<unknown>): void {
    call.watchDeadline();
    // What only looks like a promise may settle twice, or throw.
    const promise = result instanceof Promise ? result : Promise.resolve(result);
    promise.then(
      (value) => {
        call.answer(value);
        this.#release(call);
      },
      (error: unknown) => this.#fail(call, error),
    );
  }

  /** What a caller gets to know of a handler's exception. */
  #toAnswer(error: unknown, call: ServerCall): RpcError {
    if (error instanceof RpcError && isForCaller(error, call.method)) return error;
    // What was told to stop by the call's signal and says so has not failed.
    if (call.abortReason !== undefined && isAbortError(error))
      return new RpcError("CANCELLED", "the call ended before its handler");
    const { path } = call.method;
    this.#options.logger.error(`${path}: the handler failed`, { error, peer: call.peer.address });
    return new RpcError("INTERNAL", "the handler failed");
  }
}

function isAbortError(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

/** Of what JavaScript passes, or a cast. */
function checkRegistered(service: Partial<AnyService> | undefined, handlers: object | undefined): void {
  if (typeof service?.typeName !== "string" || typeof service.methods !== "object")
    throw new TypeError(
      `register() takes a service as it is generated, not ${nameOf(service)}: of a service Shop that is Shop, not ShopClient`,
    );
  if (Object(handlers) === handlers) return;
  throw new TypeError(
    `${service.typeName} is registered with ${nameOf(handlers)}: it takes an object that has its handlers`,
  );
}

function nameOf(given: unknown): string {
  return Object.prototype.toString.call(given);
}

/** A handler by its name; what every object has is none. */
function findHandler(name: string, handlers: Handlers): Handler | undefined {
  const handler = handlers[name];
  if (typeof handler !== "function") return undefined;
  return handler === (Object.prototype as unknown as Handlers)[name] ? undefined : (handler as Handler);
}

/** A method without a request hands its handler the context alone. */
function bind(method: AnyMethod, handler: Handler, handlers: Handlers): UnaryHandler {
  if (method.request === nothing) return (_request, context) => handler.call(handlers, context);
  return (request, context) => handler.call(handlers, request, context);
}

function unimplemented(_request: unknown, context: CallContext): never {
  throw new RpcError("UNIMPLEMENTED", `${context.method.path} has no handler on this server`);
}
