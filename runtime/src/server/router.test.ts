import { describe, expect, it } from "vitest";
import { nothing } from "../codec/wrapper.ts";
import { RpcError } from "../errors.ts";
import { type Logger, silentLogger } from "../logger.ts";
import type { Route } from "../protocol/protocol.ts";
import { noBound, ServerCall } from "../protocol/server-call.ts";
import type { Pulled } from "../protocol/stream-call.ts";
import { now } from "../clock.ts";
import { type AnyService, service, type Service, unary, type Unary } from "../schema/service.ts";
import type { Body } from "../schema/body.ts";
import type { ServerInterceptor } from "./interceptor.ts";
import { Router } from "./router.ts";

interface Methods {
  readonly [name: string]: Unary<never, unknown>;
}

const any: Body<never> = { type: "int", write: () => {}, read: () => 0 as never };

function describeService(...names: readonly string[]): Service<object, Methods> {
  return service<object, Methods>("test.Any", () =>
    Object.fromEntries(
      names.map((name) => [
        name,
        unary<never, unknown>(
          name,
          () => any,
          () => any,
        ),
      ]),
    ),
  );
}

/** A call that writes down what becomes of it. */
class Call extends ServerCall {
  readonly outcome: unknown[] = [];
  protected readonly stage = "in the handler";

  constructor(method: Route["method"]) {
    super(method, { address: "tcp://c:1", protocol: "test" }, now(), noBound, undefined);
  }

  answer(value: unknown): void {
    this.outcome.push(value);
  }

  refuse(error: RpcError): void {
    this.outcome.push(`${error.code}: ${error.rawMessage}`);
  }

  async sendAll(values: Pulled<unknown>): Promise<void> {
    for (let next = await values.next(); next.done !== true; next = await values.next())
      this.outcome.push(["sent", next.value]);
  }

  release(): void {
    this.outcome.push("released");
  }
}

interface Bench {
  readonly router: Router;
  readonly logged: string[];
  readonly call: (name: string, request?: unknown) => Promise<unknown[]>;
}

function bench(
  handlers: object,
  names: readonly string[],
  interceptors: readonly ServerInterceptor[] = [],
): Bench {
  const logged: string[] = [];
  const log = (message: string): void => void logged.push(message);
  const logger: Logger = { warn: log, error: log };
  const router = new Router({ logger, interceptors, propagate: true });
  router.register(describeService(...names), handlers);
  const call = async (name: string, request?: unknown): Promise<unknown[]> => {
    const route = router.find(`/test.Any/${name}`)!;
    const made = new Call(route.method);
    route.run(made, request);
    await new Promise(setImmediate);
    return made.outcome;
  };
  return { router, logged, call };
}

describe("what is registered", () => {
  const register = (service: unknown, handlers: unknown): (() => void) => {
    const router = new Router({ logger: silentLogger, interceptors: [], propagate: true });
    return () => router.register(service as AnyService, handlers as object);
  };

  it.each([
    ["nothing", undefined, "[object Undefined]"],
    ["the class of the stub", class ShopClient {}, "[object Function]"],
  ])("is a service, not %s", (_what, service, given) => {
    const reason = `register() takes a service as it is generated, not ${given}: of a service Shop that is Shop, not ShopClient`;
    expect(register(service, {})).toThrow(new TypeError(reason));
  });

  it.each([
    ["nothing", undefined, "[object Undefined]"],
    ["null", null, "[object Null]"],
    ["a name", "handlers", "[object String]"],
  ])("has handlers, not %s, and can be registered with some later", (_what, handlers, given) => {
    const router = new Router({ logger: silentLogger, interceptors: [], propagate: true });
    const described = describeService("sum");
    expect(() => router.register(described, handlers as unknown as object)).toThrow(
      new TypeError(`test.Any is registered with ${given}: it takes an object that has its handlers`),
    );
    router.register(described, {});
    expect(router.services).toEqual([described]);
  });
});

describe("a handler", () => {
  it("answers with a value at once, or with a promise", async () => {
    const { call } = bench({ now: (n: number) => n + 1, later: async (n: number) => n + 2 }, [
      "now",
      "later",
    ]);
    expect(await call("now", 1)).toEqual([2, "released"]);
    expect(await call("later", 1)).toEqual([3, "released"]);
  });

  it("is called as a method of what was registered, inherited ones too", async () => {
    class Base {
      readonly factor: number = 3;
      times(n: number): number {
        return this.factor * n;
      }
    }
    class Derived extends Base {
      override readonly factor = 4;
    }
    const { call } = bench(new Derived(), ["times"]);
    expect(await call("times", 5)).toEqual([20, "released"]);
  });

  it.each(["toString", "constructor", "hasOwnProperty", "valueOf"])(
    "is not what every object has: %s",
    async (name) => {
      const { call, logged } = bench({}, [name]);
      expect(logged).toEqual([`/test.Any/${name} has no handler: add ${name}() to what is registered`]);
      expect(await call(name)).toEqual([
        `UNIMPLEMENTED: /test.Any/${name} has no handler on this server`,
        "released",
      ]);
    },
  );

  it("may be called like what every object has", async () => {
    const { call, logged } = bench({ toString: () => "mine" }, ["toString"]);
    expect(logged).toEqual([]);
    expect(await call("toString")).toEqual(["mine", "released"]);
  });

  it("is no value under its name that is not a function", async () => {
    const { logged } = bench({ sum: 5 }, ["sum"]);
    expect(logged).toHaveLength(1);
  });

  it("may answer with anything that can be waited for, once", async () => {
    const twice = { then: (resolve: (value: unknown) => void) => (resolve(1), resolve(2)) };
    const throws = {
      then: () => {
        throw new Error("no promise of mine");
      },
    };
    const { call, logged } = bench({ twice: () => twice, throws: () => throws }, ["twice", "throws"]);
    expect(await call("twice")).toEqual([1, "released"]);
    expect(await call("throws")).toEqual(["INTERNAL: the handler failed", "released"]);
    expect(logged).toEqual(["/test.Any/throws: the handler failed"]);
  });

  it("may answer with an object whose then is no function", async () => {
    const { call } = bench({ plain: () => ({ then: "a field" }) }, ["plain"]);
    expect(await call("plain")).toEqual([{ then: "a field" }, "released"]);
  });

  it("that fails because the call was aborted has not failed", async () => {
    const { call, logged, router } = bench(
      {
        stops: (_request: unknown, { signal }: Call) =>
          Promise.reject(new DOMException("stop", "AbortError")).finally(() => signal),
      },
      ["stops"],
    );
    expect(await call("stops")).toEqual(["INTERNAL: the handler failed", "released"]);
    expect(logged).toHaveLength(1);
    const route = router.find("/test.Any/stops")!;
    const aborted = new Call(route.method);
    aborted.abort(new RpcError("CANCELLED", "gone"));
    route.run(aborted, 0);
    await new Promise(setImmediate);
    expect(logged).toHaveLength(1);
  });

  it("of a method without a request gets its context alone", async () => {
    const given: unknown[][] = [];
    const router = new Router({ logger: { warn() {}, error() {} }, interceptors: [], propagate: false });
    const described = service<object, { readonly [name: string]: Unary<undefined, undefined> }>(
      "test.None",
      () => ({
        ping: unary(
          "Ping",
          () => nothing,
          () => nothing,
        ),
      }),
    );
    router.register(described, { ping: (...input: unknown[]) => void given.push(input) });
    const route = router.find("/test.None/Ping")!;
    const call = new Call(route.method);
    route.run(call, undefined);
    expect(given).toEqual([[call]]);
  });
});

describe("what a caller learns of an error", () => {
  const fails = (error: unknown): Promise<unknown[]> =>
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what JavaScript lets a handler do
    bench({ f: () => Promise.reject(error) }, ["f"]).call("f");

  it("is an RpcError that the handler made", async () => {
    expect(await fails(new RpcError("NOT_FOUND", "gone"))).toEqual(["NOT_FOUND: gone", "released"]);
  });

  it("is nothing of one that a call of the handler's own failed with", async () => {
    expect(await fails(new RpcError("NOT_FOUND", "gone", { sent: "yes" }))).toEqual([
      "INTERNAL: the handler failed",
      "released",
    ]);
  });

  it.each(["CANCELLED", "DEADLINE_EXCEEDED"] as const)(
    "is the end of the time that they share: %s",
    async (code) => {
      expect(await fails(new RpcError(code, "over", { sent: "maybe" }))).toEqual([
        `${code}: over`,
        "released",
      ]);
    },
  );

  it.each([
    ["an error", new Error("secret")],
    ["a text", "secret"],
    ["nothing", undefined],
    ["null", null],
  ])("is nothing of %s", async (_what, error) => {
    expect(await fails(error)).toEqual(["INTERNAL: the handler failed", "released"]);
  });
});

describe("registering", () => {
  it("a service twice is refused", () => {
    const { router } = bench({}, []);
    expect(() => router.register(describeService(), {})).toThrow("test.Any is registered already");
    expect(router.services.map(({ typeName }) => typeName)).toEqual(["test.Any"]);
  });

  it("says what is missing", () => {
    const { router } = bench({}, []);
    expect(router.explainMissing("/test.Any/Gone")).toBe(
      "test.Any has no method Gone on this server; is its schema older?",
    );
    expect(router.explainMissing("/test.Other/X")).toBe("no service test.Other is registered on this server");
    expect(router.explainMissing("odd")).toBe("no service odd is registered on this server");
  });

  it("wraps each method once, and each call passes through", async () => {
    let wrapped = 0;
    const counting: ServerInterceptor = {
      unary: (next) => {
        wrapped++;
        return (request, context) => next((request as number) * 10, context);
      },
    };
    const { call } = bench({ a: (n: number) => n, b: (n: number) => -n }, ["a", "b"], [counting, {}]);
    expect(await call("a", 1)).toEqual([10, "released"]);
    expect(await call("a", 2)).toEqual([20, "released"]);
    expect(await call("b", 3)).toEqual([-30, "released"]);
    expect(wrapped).toBe(2);
  });
});

describe("a call that nothing is registered for", () => {
  it("is told to the interceptors, and one that fails keeps it from no other", () => {
    const told: string[] = [];
    const fail = (): never => {
      throw new Error("broken");
    };
    const { router, logged } = bench({}, [], [{ unknown: fail }, {}, { unknown: (path) => told.push(path) }]);
    router.tellUnknown("/made/Up");
    expect(told).toEqual(["/made/Up"]);
    expect(logged).toEqual(["an interceptor failed when it was told of a call that has no handler"]);
  });
});
