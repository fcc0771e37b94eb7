import { describe, expect, onTestFinished, test } from "vitest";
import { etcdRegistry } from "@gorpc/runtime/etcd";
import { until } from "../e2e/waiting.ts";
import { Cable } from "./cable.ts";
import {
  areStored,
  cluster,
  hurried,
  lifetime,
  newName,
  pass,
  register,
  registryAt,
  removals,
  watch,
} from "./etcd-world.ts";

const members = cluster(1);

async function cableToEtcd(): Promise<Cable> {
  const cable = await Cable.to(members[0]!.url);
  onTestFinished(() => cable.close());
  return cable;
}

describe("a network that loses everything without a word", () => {
  test.each<[string, ("requests" | "answers")[]]>([
    ["both ways", ["requests", "answers"]],
    ["on the way back", ["answers"]],
  ])("%s, for longer than everyone's time to live: nobody is lost", async (_where, ways) => {
    const cable = await cableToEtcd();
    const registry = etcdRegistry({ ...hurried, hosts: cable.url });
    const name = newName();
    const resolver = registry.resolve(name);
    const { changes, sees } = watch(resolver);
    await sees();
    await register(registry, name, "a", "b");
    // What it sees after its snapshot, it sees by its watch.
    await sees("a", "b");
    cable.cut(...ways);
    await until(() => resolver.lastError !== undefined);
    expect(resolver.lastError?.message).toBe(
      `no answer from ${cable.url} within ${hurried.requestTimeout} ms`,
    );
    await pass(lifetime);
    cable.heal();
    await until(() => resolver.lastError === undefined);
    await until(() => areStored(members[0]!, name, "a", "b"));
    await register(registryAt(members), name, "c");
    await sees("a", "b", "c");
    expect(removals(changes)).toEqual([]);
  });

  test("to one of two addresses: watchers and registrations go on by the other", async () => {
    const [first, second] = [await cableToEtcd(), await cableToEtcd()];
    const registry = etcdRegistry({ ...hurried, hosts: [first.url, second.url] });
    const name = newName();
    await register(registry, name, "a", "b");
    const { changes, sees } = watch(registry.resolve(name));
    await sees("a", "b");
    first.cut("requests", "answers");
    await register(registryAt(members), name, "c");
    await sees("a", "b", "c");
    // Longer than everyone's time to live.
    await pass(lifetime);
    expect(await areStored(members[0]!, name, "a", "b")).toBe(true);
    expect(removals(changes)).toEqual([]);
  });
});

test("a watch whose connection is dead while others can be made: what it misses is found out", async () => {
  const cable = await cableToEtcd();
  const name = newName();
  const { sees, nextSnapshot } = watch(etcdRegistry({ ...hurried, hosts: cable.url }).resolve(name));
  await sees();
  const [lease] = await register(registryAt(members), name, "a", "b");
  await sees("a", "b");
  cable.freeze();
  const again = nextSnapshot();
  await register(registryAt(members), name, "c");
  await sees("a", "b", "c");
  await again;
  await register(registryAt(members), name, "d");
  await sees("a", "b", "c", "d");
  cable.freeze();
  await lease!.withdraw();
  await sees("b", "c", "d");
});
