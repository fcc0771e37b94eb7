import { afterEach, expect, it } from "vitest";
import { type Channel, RpcError, Server, type ServerInterceptor, type StatusCode } from "../index.ts";
import { service, type Service } from "../schema/service.ts";
import { registerHealth, serving, ServingStatus } from "./index.ts";

const Shop: Service<object, Record<string, never>> = service("shop.v1.Shop", () => ({}));

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

function channelTo(server: Server): Channel {
  const channel = server.inMemory();
  ends.push(
    () => channel.close(),
    () => server.close({ drain: 0 }),
  );
  return channel;
}

const refusing = (code: StatusCode): ServerInterceptor => ({
  unary: () => () => {
    throw new RpcError(code, "not now");
  },
});

it("is what the server says of itself, or of a service", async () => {
  const server = new Server();
  server.register(Shop, {});
  const health = registerHealth(server);
  const channel = channelTo(server);
  await serving()(channel, {});
  await serving(Shop)(channel, {});
  health.set(Shop, ServingStatus.NOT_SERVING);
  await serving()(channel, {});
  await expect(serving(Shop)(channel, {})).rejects.toThrow("shop.v1.Shop is not serving");
  health.set(ServingStatus.NOT_SERVING);
  await expect(serving()(channel, {})).rejects.toThrow("the server is not serving");
  await expect(serving("shop.v1.Cart")(channel, {})).rejects.toThrow(
    "the server knows no service shop.v1.Cart",
  );
});

it("counts a server without the health service as up", async () => {
  await serving(Shop)(channelTo(new Server()), {});
});

it.each(["UNAUTHENTICATED", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED"] as const)(
  "counts one as up that will not tell: %s",
  async (code) => {
    const server = new Server({ interceptors: [refusing(code)] });
    registerHealth(server);
    await serving()(channelTo(server), {});
  },
);

it.each(["INTERNAL", "UNAVAILABLE"] as const)("counts one as down that fails: %s", async (code) => {
  const server = new Server({ interceptors: [refusing(code)] });
  registerHealth(server);
  await expect(serving()(channelTo(server), {})).rejects.toMatchObject({ code });
});

it("is bounded by the options it is given", async () => {
  const server = new Server({ interceptors: [{ unary: () => () => new Promise(() => {}) }] });
  registerHealth(server);
  const channel = channelTo(server);
  await expect(serving()(channel, { timeout: 20 })).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED" });
  await expect(serving()(channel, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: "CANCELLED",
  });
});
