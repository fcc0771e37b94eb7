/**
 * node:stream, which comes with node:net. As an import it would become a module of its own first: with node:timers that takes 1 ms of a
 * program's start (Node 24).
 */
export const { Duplex, duplexPair } = process.getBuiltinModule("node:stream");
