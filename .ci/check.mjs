// `npm run check`: runs every check, all at once, and says what to do about each that fails.
import { spawn } from "node:child_process";

const checks = [
  { name: "types", remedy: "mend the types that tsc names above" },
  {
    name: "lint",
    remedy: "mend what eslint names above; `npx eslint --config .ci/eslint.config.js --fix .` mends some",
  },
  { name: "format", remedy: "run `npm run format`" },
  {
    name: "imports",
    remedy: "an import goes the wrong way: .ci/import-directions.cjs says which room may import which",
  },
  { name: "generated", remedy: "run `npm run generate` and commit what it changes" },
];

/** Resolves with whether the check passed; prints its output in one piece. */
function run({ name }) {
  const start = performance.now();
  const child = spawn("npm", ["run", "--silent", `check:${name}`], {
    stdio: ["ignore", "pipe", "pipe"],
    shell: process.platform === "win32",
  });
  const output = [];
  child.stdout.on("data", (chunk) => output.push(chunk));
  child.stderr.on("data", (chunk) => output.push(chunk));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      const seconds = ((performance.now() - start) / 1_000).toFixed(1);
      process.stdout.write(Buffer.concat(output));
      console.log(`${name}: ${code === 0 ? "ok" : "FAILED"} (${seconds} s)`);
      resolve(code === 0);
    });
  });
}

const passed = await Promise.all(checks.map(run));
const failed = checks.filter((_, index) => !passed[index]);
if (failed.length > 0) {
  console.error(`\nNot in order:\n${failed.map(({ name, remedy }) => `  ${name}: ${remedy}`).join("\n")}`);
  process.exit(1);
}
