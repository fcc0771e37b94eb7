/** What a user writes in TypeScript: a server and a client of the generated code, over tcp and in memory. */
import { connect, RpcError, Server } from "@gorpc/runtime";
import { random } from "@gorpc/runtime/balancer";
import { staticResolver } from "@gorpc/runtime/registry";
import { testChannel } from "@gorpc/runtime/testing";
import { type Greeting, Hello, HelloClient, isGreetError, NobodyThere } from "./hello.gorpc.js";

const server = new Server();
server.register(Hello, {
  greet(name): Greeting {
    if (name === "") throw new NobodyThere({ wanted: name });
    return { text: `Hello, ${name}!`, sentAt: new Date(0) };
  },
});
const address = await server.listen("tcp://127.0.0.1:0");

const channel = await connect(staticResolver([address]), { balancer: random() });
const hello = new HelloClient(channel);
const { text, sentAt }: Greeting = await hello.greet("tcp");
const inMemory = server.inMemory();
const local = await new HelloClient(inMemory).greet("memory");
const fake = testChannel(Hello, {
  greet: (name): Greeting => ({ text: `Hi, ${name}!`, sentAt: new Date(0) }),
});
const faked = await new HelloClient(fake).greet("fake");
const refused: unknown = await hello.greet("").catch((error: unknown) => error);

console.log(
  JSON.stringify({
    answers: [text, sentAt.getTime(), local.text, faked.text],
    refused: isGreetError(refused) && { wanted: refused.wanted, code: refused.code },
    isRpcError: refused instanceof RpcError,
  }),
);
await channel.close();
await inMemory.close();
await fake.close();
await server.close();
