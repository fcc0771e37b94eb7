// What the runtime's build puts into files of their own, by the modules that each begins with, or the folder: see .ci/bundle.mjs. Each
// file holds what its modules need, less what one above it holds. What a client does not need at its start is behind `import()` in the
// sources; nothing that is loaded late may import from `server`, or a bundler puts the server into every client.
export const chunks = {
  // What a generated client and `connect` need: all that a bundled program has loaded before its first connection. Bundlers put into its
  // first file whatever file these import, if a channel needs it too: so no byte of a codec may be among them.
  messages: [
    "src/client/channel-for.ts",
    "src/client/connect.ts",
    "src/codec/absent.ts",
    "src/codec/register-codec.ts",
    "src/codec/error-type.ts",
    "src/codec/message-body.ts",
    "src/codec/union-body.ts",
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
  // What `connect` loads, and what the server has in common with parts that must not load it.
  channel: [
    "src/client/open.ts",
    "src/loop-utilization.ts",
    "src/server/for-caller.ts",
    "src/server/loaded.ts",
    "src/thenable.ts",
    "src/transport/tls-context.ts",
  ],
  tls: ["src/transport/tls-client.ts"],
  // What it loads for a resolver.
  balancing: ["src/client/resolver-target.ts"],
  gob: ["src/codec/gob/codec.ts", "src/codec/gob/standalone.ts"],
  // What the server has in common with clients of other protocols than mux, and of other threads, so that these do not load the server.
  protocol: [
    ...["bound", "json-keys", "linger", "log-refusal", "server-call", "when-loaded"].map(
      (name) => `src/protocol/${name}.ts`,
    ),
    "src/client/port-target.ts",
  ],
  // Those protocols, both sides.
  go: [
    "src/protocol/net-rpc/",
    "src/protocol/json-rpc/",
    "src/protocol/classic/",
    "src/protocol/http/",
  ].flatMap((folder) => [`${folder}accept.ts`, `${folder}dial.ts`]),
  // With what messages and unions can do without a call: beside the codecs, a bundled client would begin with these, and a file of its own
  // would cost every program that is not bundled 0.3 ms.
  server: ["src/server/server.ts", "src/codec/message-type.ts", "src/codec/union-type.ts"],
  // What it takes connections and calls with, from its first address on.
  serving: ["src/server/serving.ts"],
  registry: ["client-options", "endpoint", "http-request", "known-endpoints", "lines", "follow"].map(
    (name) => `src/registry/${name}.ts`,
  ),
  observation: ["src/observation/"],
};
