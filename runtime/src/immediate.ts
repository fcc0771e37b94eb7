/**
 * Not the global one: tests with fake timers replace that, and bytes would wait for them. Nor an import, which takes longer: see
 * `transport/node-stream.ts`.
 */
export const { setImmediate } = process.getBuiltinModule("node:timers");
