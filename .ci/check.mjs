// `npm run check`: runs every check, also after one has failed, and says what to do about each that fails.
import { spawnSync } from "node:child_process";

const checks = [
  { name: "types", remedy: "mend the types that tsc names above" },
  {
    name: "lint",
    remedy: "mend what eslint names above; `npx eslint --config .ci/eslint.config.js --fix .` mends some",
  },
  { name: "format", remedy: "run `npm run format`" },
  {
    name: "imports",
    remedy: "an import goes the wrong way: .ci/import-directions.cjs says which rooms may import which",
  },
  { name: "generated", remedy: "run `npm run generate` and commit what it changes" },
];

const failed = [];
for (const { name, remedy } of checks) {
  const start = performance.now();
  const { status } = spawnSync("npm", ["run", "--silent", `check:${name}`], {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  const seconds = ((performance.now() - start) / 1_000).toFixed(1);
  console.log(`${name}: ${status === 0 ? "ok" : "FAILED"} (${seconds} s)`);
  if (status !== 0) failed.push(`${name}: ${remedy}`);
}
if (failed.length > 0) {
  console.error(`\nNot in order:\n${failed.map((line) => `  ${line}`).join("\n")}`);
  process.exit(1);
}
