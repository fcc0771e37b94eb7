// Imports run one way. Each row: a part, and what it must never import.
const runtime = (...parts) => `^runtime/src/(${parts.join("|")})`;

const forbidden = (name, from, to, comment) => ({
  name,
  comment,
  severity: "error",
  from: { path: from, pathNot: "\\.test\\.ts$" },
  to: { path: to },
});

module.exports = {
  forbidden: [
    {
      name: "no-cycle",
      comment: "types may refer to each other across files; code may not",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    forbidden("idl-stands-alone", "^idl/src", "^(generator|runtime|examples|test)/", "idl knows only text"),
    forbidden(
      "generator-over-idl",
      "^generator/src",
      "^(runtime|examples|test)/",
      "the generator writes about the runtime, it does not run on it",
    ),
    {
      name: "runtime-has-no-dependencies",
      severity: "error",
      from: { path: "^runtime/src", pathNot: "\\.test\\.ts$" },
      to: { pathNot: "^runtime/src", dependencyTypesNot: ["core"] },
    },
    forbidden(
      "schema-and-bytes-lowest",
      runtime("schema/", "bytes/"),
      runtime("codec/", "transport/", "protocol/", "client/", "server/", "registry/", "balancer/", "index"),
      "descriptions know no machinery",
    ),
    forbidden(
      "codec-below-protocol",
      runtime("codec/"),
      runtime("transport/", "protocol/", "client/", "server/", "registry/", "balancer/", "index"),
      "a codec knows no transport",
    ),
    forbidden(
      "transport-knows-no-codec",
      runtime("transport/"),
      runtime(
        "schema/",
        "bytes/",
        "codec/",
        "protocol/",
        "client/",
        "server/",
        "registry/",
        "balancer/",
        "index",
      ),
      "a transport moves bytes",
    ),
    forbidden(
      "protocol-below-ends",
      runtime("protocol/"),
      runtime("client/", "server/", "registry/", "balancer/", "index"),
      "a protocol knows neither handlers nor channels' layers",
    ),
    forbidden(
      "ends-below-discovery",
      runtime("client/", "server/"),
      runtime(
        "registry/(?!resolver)",
        "balancer/(?!balancer\\.|balanced-channel|endpoint-health|round-robin)",
        "index",
      ),
      "discovery is built on the ends",
    ),
    forbidden(
      "registry-knows-no-balancer",
      runtime("registry/"),
      runtime("balancer/", "index"),
      "endpoints are data",
    ),
    forbidden(
      "nothing-imports-the-index",
      "^runtime/src/(?!index)",
      "^runtime/src/index\\.ts$",
      "the index is for users",
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "default"] },
  },
};
