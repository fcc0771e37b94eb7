import { execFile, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const here = fileURLToPath(new URL(".", import.meta.url));
const hasGo = spawnSync("go", ["version"]).status === 0;

async function run(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const parameters = ["--import", "tsx", "main.ts"];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, parameters, { cwd: here, env });
  expect(stderr).toBe("");
  return stdout;
}

test("both sides in both languages say the same", async (context) => {
  if (!hasGo) context.skip("Go is not installed");
  const [, made, theirs, ours] = (await run()).split(/^(?=A schema|A server)/m);
  expect(made).toMatch(/\$ gorpc-gen stock\.gorpc --out \. --go stock\n {2}2 files unchanged/);
  expect(theirs).toContain('find("tea") is 12 of Green tea, kept on SHELF A7');
  expect(theirs).toContain("withdraw(tea, 2) leaves 10");
  // An error's code does not cross net/rpc.
  expect(theirs).toContain(
    "refused with UNKNOWN: OutOfStock: There are not enough of it. (its fields stayed behind)",
  );
  expect(theirs).toContain("totals() is 3 ice, 10 tea");
  expect(ours).toContain("Find(tea) is 12 of Green tea, kept on SHELF A7");
  expect(ours).toContain("Withdraw(tea, 2) leaves 10");
  expect(ours).toContain("Withdraw(ice, 100) is refused: OutOfStock: There are not enough of it.");
  expect(ours).toContain("Totals() is map[ice:3 tea:10]");
  expect(ours).toContain(
    "refused with FAILED_PRECONDITION: OutOfStock: There are not enough of it. (3 are left)",
  );
}, 180_000);

test("says why it does nothing where there is no Go", async () => {
  expect(await run({ PATH: "/nowhere" })).toMatch(
    /^Skipped: this example builds two programs in Go, and there is no `go`/,
  );
}, 180_000);
