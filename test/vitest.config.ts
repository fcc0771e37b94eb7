import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { SkippedReporter } from "./skipped-reporter.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Where a script wants to read the results; set by `.ci/run`. */
const resultsFile = process.env["TEST_RESULTS"];

export default defineConfig({
  resolve: {
    // In-process tests run the sources; tests that start processes run the build.
    alias: [
      { find: /^@gorpc\/(idl|generator|runtime)$/, replacement: `${root}$1/src/index.ts` },
      { find: "@gorpc/runtime/etcd", replacement: `${root}runtime/src/registry/etcd/index.ts` },
      { find: /^@gorpc\/runtime\/(.+)$/, replacement: `${root}runtime/src/$1/index.ts` },
    ],
  },
  test: {
    root,
    include: ["{idl,generator,runtime}/src/**/*.test.ts", "examples/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    // For what hangs: a busy machine may need several times what an idle one does.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A process per file: tests that count handles and heap see no other file's.
    pool: "forks",
    // One more than there are cores: many tests wait for processes, timers and leases, not for a processor.
    maxWorkers: availableParallelism() + 1,
    reporters: ["default", new SkippedReporter(), ...(resultsFile === undefined ? [] : ["json"])],
    ...(resultsFile !== undefined && { outputFile: { json: resultsFile } }),
  },
});
