/**
 * Runs as a process of its own: uses whatever the runtime has, closes what it opened, and must then end by itself. What it names on
 * its command line it leaves undone.
 */
import { connect, Server } from "@gorpc/runtime";
import { Arith, ArithClient } from "./arith.gorpc.ts";
import { handlersWith } from "./handlers.ts";

const leaveOut = new Set(process.argv.slice(2));
const fails = (call: Promise<unknown>): Promise<void> =>
  call.then(
    () => {
      throw new Error("a call succeeded that should have failed");
    },
    () => {},
  );

const server = new Server();
server.register(Arith, handlersWith({ slow: () => new Promise(() => {}) }));
const address = await server.listen("tcp://127.0.0.1:0");
const channel = await connect(address);
const local = server.inMemory();
const arith = new ArithClient(channel);

await arith.sum({ left: 1, right: 2 });
await new ArithClient(local).blob(new Uint8Array(500_000));
await fails(arith.divide({ left: 1, right: 0 }));
await fails(arith.slow(0, { timeout: 20 }));
await fails(arith.slow(0, { signal: AbortSignal.timeout(20) }));
await fails(arith.countTo(3).only());
await fails(connect("tcp://127.0.0.1:1"));
await fails(connect(address, { signal: AbortSignal.abort() }));
// A deadline far away must not keep the process once the call is answered.
await arith.ping({ timeout: 3_600_000 });

if (!leaveOut.has("close")) await Promise.all([channel.close(), local.close()]);
await server.close({ drain: 0 });
if (leaveOut.has("close")) await fails(arith.ping());
process.send?.(process.getActiveResourcesInfo());
process.disconnect();
