// Imports run one way. A test plants a wrong import for each rule.

/** The rooms of the runtime, and what each may import besides itself and the files above the rooms. */
const rooms = {
  bytes: ["schema"],
  schema: ["bytes"],
  codec: ["bytes", "schema"],
  gob: ["codec"],
  transport: [],
  protocol: ["bytes", "schema", "codec", "transport"],
  // A channel over a resolver is the balanced one: discovery's seam, and the default balancer.
  client: [
    "bytes",
    "schema",
    "codec",
    "transport",
    "protocol",
    "registry/resolver",
    "balancer/balancer.ts",
    "balancer/balanced-channel.ts",
    "balancer/fleet.ts",
    "balancer/guard.ts",
    "balancer/peak-ewma.ts",
    "balancer/outlier-options.ts",
  ],
  server: ["bytes", "schema", "codec", "transport", "protocol", "client", "registry/resolver.ts"],
  registry: ["bytes", "schema", "codec", "transport"],
  balancer: ["bytes", "schema", "codec", "transport", "protocol", "client", "registry"],
  // What the interceptors that ship have in common; no entry of its own.
  observation: ["schema", "protocol", "client", "server"],
  logging: ["schema", "codec", "client", "server", "observation"],
  metrics: ["client", "server", "observation"],
  opentelemetry: ["client", "server", "observation", "transport/address.ts"],
  testing: ["bytes", "schema", "codec", "transport", "protocol", "client", "server"],
};

/** The rooms of mux/1, and what each may import of it besides itself; the files above them may import all. */
const muxRooms = {
  frames: [],
  output: ["frames/"],
  streams: ["frames/", "output/", "handshake.ts"],
  calls: ["frames/", "output/", "streams/", "handshake.ts"],
};

/** The rooms above the index: services that users register, written as users write theirs. */
const services = "^runtime/src/(health|reflection)/";
/** What only users' tests import. */
const kit = "^runtime/src/testing/";

/** What each room may import of other packages: the optional peers. */
const optionalPeers = { opentelemetry: "@opentelemetry/api" };
const roomsWithPeers = Object.keys(optionalPeers).map((room) => `^runtime/src/${room}/`);

const test = "\\.(test|fixture)\\.ts$";
const indexes =
  "^(idl|generator|runtime)/src/index\\.ts$|^runtime/src/[^/]+/index\\.ts$|^runtime/src/registry/etcd/index\\.ts$";

function rule(name, comment, from, to) {
  return { name, comment, severity: "error", from, to };
}

module.exports = {
  forbidden: [
    rule(
      "no-cycle",
      "types may refer to each other across files, code may not",
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    ),
    rule(
      "no-unresolved",
      "what is imported exists; the bench's peers need packages that are installed when they are measured",
      { pathNot: "^test/bench/(.+\\.js$|generated/)" },
      { couldNotResolve: true },
    ),
    rule(
      "idl-stands-alone",
      "idl knows only text",
      { path: "^idl/src" },
      { path: "^(generator|runtime|examples|test)/" },
    ),
    rule(
      "generator-over-idl",
      "the generator writes for the runtime and does not run on it",
      { path: "^generator/src", pathNot: test },
      { path: "^(runtime|examples|test)/" },
    ),
    rule(
      "packages-by-their-index",
      "a package uses another one as its users do",
      { path: "^(idl|generator|runtime|examples)/", pathNot: test },
      { path: "^(idl|generator|runtime)/src/", pathNot: ["^$1/", indexes] },
    ),
    rule(
      "runtime-has-no-dependencies",
      "the runtime needs nothing but Node",
      { path: "^runtime/src", pathNot: [test, ...roomsWithPeers] },
      { pathNot: "^runtime/src", dependencyTypesNot: ["core"] },
    ),
    ...Object.entries(optionalPeers).map(([room, peer]) =>
      rule(
        `runtime-${room}-needs-its-peer-alone`,
        `${room} needs Node and ${peer}`,
        { path: `^runtime/src/${room}/`, pathNot: test },
        { pathNot: ["^runtime/src", `^(node_modules/)?${peer}(/|$)`], dependencyTypesNot: ["core"] },
      ),
    ),
    rule(
      "declared-dependencies-only",
      "a package lists what it imports",
      { path: "^(idl|generator)/src", pathNot: test },
      { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"], dependencyTypesNot: ["npm"] },
    ),
    rule(
      "tests-stay-apart",
      "what is published imports no test and none of its fixtures",
      { path: "^(idl|generator|runtime)/src", pathNot: test },
      { path: test },
    ),
    ...Object.entries(rooms).map(([room, allowed]) =>
      rule(
        `runtime-${room}`,
        `${room} may import ${allowed.join(", ") || "no other room"}`,
        { path: `^runtime/src/${room}/`, pathNot: test },
        { path: "^runtime/src/[^/]+/", pathNot: `^runtime/src/(${[room, ...allowed].join("|")})` },
      ),
    ),
    ...Object.entries(muxRooms).map(([room, allowed]) =>
      rule(
        `mux-${room}`,
        `of mux/1, its ${room} may import ${allowed.join(", ") || "nothing else"}`,
        { path: `^runtime/src/protocol/mux/${room}/`, pathNot: test },
        {
          path: "^runtime/src/protocol/mux/",
          pathNot: `^runtime/src/protocol/mux/(${[`${room}/`, ...allowed].join("|")})`,
        },
      ),
    ),
    rule(
      "runtime-stands-without-etcd",
      "only who asks for @gorpc/runtime/etcd loads it",
      { path: "^runtime/src/", pathNot: [test, "^runtime/src/registry/etcd/"] },
      { path: "^runtime/src/registry/etcd/" },
    ),
    rule(
      "runtime-services-above-the-index",
      "services of the runtime's own import its index and nothing else of it",
      { path: services, pathNot: test },
      { path: "^runtime/src/", pathNot: ["^runtime/src/$1/", "^runtime/src/index\\.ts$"] },
    ),
    rule(
      "runtime-stands-without-its-services",
      "nothing else of the runtime imports them, nor the kit for tests",
      { path: "^runtime/src/", pathNot: [test, services, kit] },
      { path: [services, kit] },
    ),
    rule(
      "runtime-foundations-lowest",
      "the files above the rooms, other than the two lists of exports, stand below all rooms",
      { path: "^runtime/src/[^/]+\\.ts$", pathNot: [test, "^runtime/src/(index|generated-code)\\.ts$"] },
      { path: "^runtime/src/[^/]+/" },
    ),
    rule(
      "nothing-imports-an-index",
      "an index is for users; of the generator's, the command line is one",
      {
        path: "^(idl|generator|runtime)/src/",
        pathNot: [
          test,
          "\\.gorpc\\.ts$",
          "^runtime/src/index\\.ts$",
          "^generator/src/(cli\\.ts|commands/)",
          services,
        ],
      },
      {
        path: [
          "^$1/src/index\\.ts$",
          "^runtime/src/([^/]+|registry/etcd)/index\\.ts$",
          "^runtime/src/generated-code\\.ts$",
        ],
      },
    ),
    rule(
      "generated-code-on-the-runtime",
      "generated code imports the runtime and generated code",
      { path: "\\.gorpc\\.ts$" },
      { pathNot: ["\\.gorpc\\.ts$", "^runtime/src/index\\.ts$"] },
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)dist/" },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "default"] },
  },
};
