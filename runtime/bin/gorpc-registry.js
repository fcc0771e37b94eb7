#!/usr/bin/env node
// Committed as plain JavaScript so that npm can link it before any build exists.
import { existsSync } from "node:fs";

const build = new URL("../dist/registry/embedded/cli.js", import.meta.url);
if (!existsSync(build)) {
  process.stderr.write(
    "gorpc-registry is not built yet: run `npm run build` in the repository's root first.\n",
  );
  process.exit(2);
}
const { main } = await import(build.href);
process.exitCode = await main(process.argv.slice(2));
