import { RpcError } from "../errors.ts";
import type { AnyMethod, Service } from "../schema/service.ts";

/**
 * Handlers for all of a service from those that a test has: the others fail with UNIMPLEMENTED and say which they are. A handler is
 * looked up when it is called, so that a test may exchange it.
 */
export function fakes<Handlers extends object, Methods extends Readonly<Record<string, AnyMethod>>>(
  service: Service<Handlers, Methods>,
  handlers: Partial<NoInfer<Handlers>>,
): Handlers {
  const all: Record<string, (...input: unknown[]) => unknown> = {};
  for (const { localName, path } of Object.values(service.methods)) {
    all[localName] = (...input) => {
      const fake = find(handlers, localName);
      if (fake !== undefined) return fake.apply(handlers, input);
      throw new RpcError("UNIMPLEMENTED", `${path} is not faked: give ${localName}() to the test's handlers`);
    };
  }
  return all as Handlers;
}

type Fake = (...input: unknown[]) => unknown;

/** What every object has is no fake. */
function find(handlers: object, name: string): Fake | undefined {
  const own = (handlers as Readonly<Record<string, unknown>>)[name];
  const common = (Object.prototype as unknown as Readonly<Record<string, unknown>>)[name];
  return typeof own === "function" && own !== common ? (own as Fake) : undefined;
}
