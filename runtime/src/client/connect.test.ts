import { describe, expect, it } from "vitest";
import type { Resolver } from "../registry/resolver.ts";
import { staticResolver } from "../registry/static.ts";
import { Server } from "../server/server.ts";
import { connect } from "./connect.ts";

describe("connect to a resolver", () => {
  it("names what it waited for when the connect timeout runs out", async () => {
    const empty: Resolver = {
      target: "orders",
      async *watch() {
        yield { kind: "snapshot", endpoints: [] };
      },
    };
    await expect(connect(empty, { connectTimeout: 20 })).rejects.toThrow(
      /the connect timeout of 20 ms ran out \(option connectTimeout\) while waiting for an endpoint: none was known/,
    );
  });

  it("refuses an endpoint whose protocol it does not speak", async () => {
    const server = new Server();
    const address = await server.listen("memory:dialect");
    const resolver = staticResolver([{ address, protocol: "smoke signals" }]);
    await expect(connect(resolver)).rejects.toThrow('there is no protocol "smoke signals"');
    await server.close();
  });
});

describe("connect to what is no target", () => {
  it.each([
    ["nothing", undefined, "[object Undefined]"],
    ["a URL", new URL("tcp://127.0.0.1:9000"), "[object URL]"],
    ["a promise", Promise.resolve("tcp://127.0.0.1:9000"), "[object Promise]"],
  ])("refuses %s at once, and says what it takes", async (_what, target, given) => {
    await expect(connect(target as unknown as string)).rejects.toThrow(
      new TypeError(
        `connect() takes an address such as "tcp://127.0.0.1:9000", a resolver or the port of a thread, not ${given}`,
      ),
    );
  });
});
