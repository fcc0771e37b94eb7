/** What a user writes in JavaScript: errors that come out of the subpaths' own chunks. */
import { connect, RpcError, Server } from "@gorpc/runtime";
import { random } from "@gorpc/runtime/balancer";
import { etcdRegistry } from "@gorpc/runtime/etcd";
import { Health, HealthClient, registerHealth } from "@gorpc/runtime/health";
import { ReflectionClient, registerReflection } from "@gorpc/runtime/reflection";
import { staticResolver } from "@gorpc/runtime/registry";
import { testChannel } from "@gorpc/runtime/testing";

const unreachable = staticResolver(["tcp://127.0.0.1:1"]);
const failure = await connect(unreachable, { balancer: random(), connectTimeout: 300 }).catch(
  (error) => error,
);

const unknownName = etcdRegistry({ hosts: "http://127.0.0.1:1" }).resolve("x");
const noRegistry = await connect(unknownName, { connectTimeout: 300 }).catch((error) => error);

const server = new Server();
registerHealth(server);
registerReflection(server);
const channel = server.inMemory();
const fake = testChannel(Health, {});
const unknown = { service: "x", services: ["x"] };
const failures = [
  failure,
  noRegistry,
  await new HealthClient(channel).check(unknown).catch((error) => error),
  await new ReflectionClient(channel).describe(unknown).catch((error) => error),
  await new HealthClient(fake).check(unknown).catch((error) => error),
];
await channel.close();
await fake.close();
await server.close();

console.log(
  JSON.stringify({
    codes: failures.map(({ code }) => code),
    areRpcErrors: failures.every((error) => error instanceof RpcError),
  }),
);
