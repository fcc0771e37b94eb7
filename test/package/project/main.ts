/** What a user writes in TypeScript: a server and a client of the generated code, over tcp and in memory. */
import { connect, RpcError, Server } from "@gorpc/runtime";
import { random } from "@gorpc/runtime/balancer";
import { staticResolver } from "@gorpc/runtime/registry";
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
const refused: unknown = await hello.greet("").catch((error: unknown) => error);

console.log(
  JSON.stringify({
    answers: [text, sentAt.getTime(), local.text],
    refused: isGreetError(refused) && { wanted: refused.wanted, code: refused.code },
    isRpcError: refused instanceof RpcError,
  }),
);
await channel.close();
await inMemory.close();
await server.close();
