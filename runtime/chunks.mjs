// What the runtime's build puts into files of their own, by the modules that each begins with: see .ci/bundle.mjs.
export const chunks = {
  // What generated code and `connect` need: all that a program has loaded before its first connection.
  messages: [
    "src/client/connect.ts",
    "src/codec/absent.ts",
    "src/codec/codec.ts",
    "src/codec/error-type.ts",
    "src/codec/message-type.ts",
    "src/codec/union-type.ts",
    "src/codec/wrapper.ts",
    "src/errors.ts",
    "src/logger.ts",
    "src/metadata.ts",
    "src/propagation.ts",
    "src/schema/collections.ts",
    "src/schema/docs.ts",
    "src/schema/field-value.ts",
    "src/schema/service.ts",
    "src/schema/typed-error.ts",
    "src/schema/types.ts",
  ],
  // What `connect` loads.
  channel: ["src/client/open.ts"],
  // What it loads for a resolver.
  balancing: ["src/client/resolver-target.ts"],
  gob: ["src/codec/gob/codec.ts", "src/codec/gob/standalone.ts"],
  // What the server has in common with them, so that a client of theirs does not load the server.
  protocol: ["bound", "json-keys", "linger", "server-call", "when-loaded"].map(
    (name) => `src/protocol/${name}.ts`,
  ),
  // The protocols of Go's frameworks, both sides.
  go: ["/accept.ts", "/dial.ts"].flatMap((side) =>
    ["net-rpc", "json-rpc", "classic"].map((protocol) => `src/protocol/${protocol}${side}`),
  ),
  server: ["src/server/server.ts"],
  registry: ["src/registry/http-request.ts", "src/registry/client-options.ts", "src/registry/endpoint.ts"],
  observation: ["src/observation/interceptors.ts"],
};
