/** What a user writes in JavaScript: an error that comes out of a subpath's own chunk. */
import { connect, RpcError } from "@gorpc/runtime";
import { random } from "@gorpc/runtime/balancer";
import { staticResolver } from "@gorpc/runtime/registry";

const unreachable = staticResolver(["tcp://127.0.0.1:1"]);
const failure = await connect(unreachable, { balancer: random(), connectTimeout: 300 }).catch(
  (error) => error,
);

console.log(JSON.stringify({ code: failure.code, isRpcError: failure instanceof RpcError }));
