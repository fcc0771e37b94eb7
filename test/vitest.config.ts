import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL("..", import.meta.url));

export default defineConfig({
  resolve: {
    // In-process tests run the sources; tests that start processes run the build.
    alias: [
      { find: /^@gorpc\/(idl|generator|runtime)$/, replacement: `${root}$1/src/index.ts` },
      { find: /^@gorpc\/runtime\/(.+)$/, replacement: `${root}runtime/src/$1/index.ts` },
    ],
  },
  test: {
    root,
    include: ["{idl,generator,runtime}/src/**/*.test.ts", "examples/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
