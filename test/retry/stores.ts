import {
  type CallContext,
  type Channel,
  connect,
  type ConnectOptions,
  RpcError,
  type RpcErrorOptions,
  Server,
} from "@gorpc/runtime";
import { staticResolver } from "@gorpc/runtime/registry";
import { onTestFinished } from "vitest";
import { Arith, ArithClient } from "../e2e/arith.gorpc.ts";
import { handlersWith } from "../e2e/handlers.ts";
import { Store, StoreClient } from "./store.gorpc.ts";

/** What a store does with a call, whichever it is. */
export type Handle = (text: string, context: CallContext) => string | Promise<string>;

/** A server that the test can see into. */
export interface StoreServer {
  readonly server: Server;
  readonly address: string;
  /** The contexts of all calls that it was given, in order. */
  readonly calls: CallContext[];
}

export async function startStore(handle: Handle): Promise<StoreServer> {
  const server = new Server();
  const calls: CallContext[] = [];
  const serve: Handle = (text, context) => {
    calls.push(context);
    return handle(text, context);
  };
  server.register(Store, {
    read: serve,
    write: serve,
    async *tail(text, context) {
      yield await serve(`${text} 1`, context);
      yield await serve(`${text} 2`, context);
    },
    async fill(texts, context) {
      const all: string[] = [];
      for await (const text of texts) all.push(text);
      return serve(all.join(" "), context);
    },
  });
  // For calls that are none of the test's.
  server.register(Arith, handlersWith({}));
  onTestFinished(() => server.close({ drain: 0.001 }));
  return { server, address: await server.listen("tcp://127.0.0.1:0"), calls };
}

/** A client that is connected to all of them, and whose attempts go to the first that they may go to. */
export async function clientOf(
  stores: readonly StoreServer[],
  options: ConnectOptions = {},
): Promise<{ readonly store: StoreClient; readonly channel: Channel; readonly pings: number }> {
  let [ready, pings] = [0, 0];
  const pick = (candidates: readonly unknown[]): number => {
    ready = candidates.length;
    return 0;
  };
  const resolver = staticResolver(stores.map(({ address }) => address));
  const balancer = { name: "in order", picker: () => ({ pick }) };
  const channel = await connect(resolver, { balancer, ...options });
  onTestFinished(() => channel.close());
  const arith = new ArithClient(channel);
  for (; ready < stores.length; pings++) await arith.ping();
  return { store: new StoreClient(channel), channel, pings };
}

export function unavailable(options: RpcErrorOptions = {}): never {
  throw new RpcError("UNAVAILABLE", "no room", options);
}

/** A handler's promise that ends with its call alone. */
export function untilEnded({ signal }: CallContext): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error));
  });
}
