import { expect, test } from "vitest";
import type { EndpointChange } from "./resolver.ts";
import { staticResolver } from "./static.ts";

test("one snapshot, with the address for an id where none is given", async () => {
  const resolver = staticResolver(["tcp://a:1", { id: "b", address: "tcp://b:1", weight: 2, zone: "z" }]);
  const changes: EndpointChange[] = [];
  for await (const change of resolver.watch(new AbortController().signal)) changes.push(change);
  expect(changes).toEqual([
    {
      kind: "snapshot",
      endpoints: [
        { id: "tcp://a:1", address: "tcp://a:1" },
        { id: "b", address: "tcp://b:1", weight: 2, zone: "z" },
      ],
    },
  ]);
  expect(resolver.target).toBe("2 static endpoints");
  expect(staticResolver(["tcp://a:1"]).target).toBe("tcp://a:1");
});

test("a list that cannot be meant is refused", () => {
  expect(() => staticResolver([])).toThrow("staticResolver takes at least one endpoint");
  expect(() => staticResolver(["tcp://a:1", "tcp://a:1"])).toThrow("was given tcp://a:1 twice");
  expect(() => staticResolver(["tcp://a:1", { address: "tcp://b:1", weight: 0 }])).toThrow(
    new TypeError("endpoints[1].weight is 0: it takes a number above 0 and up to 1000000"),
  );
});
