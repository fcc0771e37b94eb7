/** What a user writes in JavaScript: the packages as libraries, and an error from a subpath's own chunk. */
import { generate } from "@gorpc/generator";
import { loadSchemas } from "@gorpc/idl";
import { connect, RpcError } from "@gorpc/runtime";
import { random } from "@gorpc/runtime/balancer";
import { staticResolver } from "@gorpc/runtime/registry";
import { readFileSync } from "node:fs";

const schemas = loadSchemas(["hello.gorpc"], { read: (path) => readFileSync(path, "utf8") });
const [file] = await generate(schemas.files);

const unreachable = staticResolver(["tcp://127.0.0.1:1"]);
const failure = await connect(unreachable, { balancer: random(), connectTimeout: 300 }).catch(
  (error) => error,
);

console.log(
  JSON.stringify({
    generated: file.text.includes("export class HelloClient"),
    code: failure.code,
    isRpcError: failure instanceof RpcError,
  }),
);
