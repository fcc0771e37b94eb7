import { execFile, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

const here = fileURLToPath(new URL(".", import.meta.url));

function run(options: readonly string[], path = process.env["PATH"]): Promise<{ stdout: string }> {
  const env = { ...process.env, PATH: path };
  return promisify(execFile)(process.execPath, ["--import", "tsx", "main.ts", ...options], {
    cwd: here,
    env,
  });
}

function containing(text: string): string {
  return expect.stringContaining(text) as string;
}

/** What the table says of a server in each part, in calls/s. */
function callsOf(name: string, output: string): number[] {
  const row = new RegExp(`^ {2}${name} .* ([\\d,]+) calls/s$`, "gm");
  return [...output.matchAll(row)].map(([, calls]) => Number(calls!.replaceAll(",", "")));
}

const hasEtcd = spawnSync("etcd", ["--version"]).status === 0;

describe("servers come and go, and no call is lost", () => {
  test.for(["embedded", "etcd"])("--registry %s", { timeout: 240_000 }, async (kind, { skip }) => {
    if (kind === "etcd" && !hasEtcd) skip("there is no etcd here: apt-get install etcd-server");
    const { stdout } = await run(["--registry", kind, "--servers", "4", "--seconds", "6"]);
    expect(stdout).toMatch(/tiles drawn; calls that failed: none$/m);
    const [killed, slow] = [callsOf("s2", stdout), callsOf("s1", stdout)];
    expect(killed).toHaveLength(8);
    expect(killed.slice(3, 7)).toEqual([0, 0, 0, 0]);
    expect(killed[7]).toBeGreaterThan(0);
    expect(slow[0]).toBeLessThan(Math.max(...["s2", "s3", "s4"].map((name) => callsOf(name, stdout)[0]!)));
    expect(slow.slice(6)).toEqual([0, 0]);
  });
});

test("without etcd, --registry etcd says how to get it", async () => {
  const running = run(["--registry", "etcd"], "");
  await expect(running).rejects.toMatchObject({
    code: 1,
    stderr: containing("install it (apt-get install etcd-server)"),
  });
});

test.each([
  ["--registry", "zk", "--registry is zk: it takes embedded or etcd"],
  ["--servers", "2", "--servers is 2: it takes an integer from 3 to 20"],
  ["--seconds", "x", "--seconds is x: it takes an integer from 6 to 3600"],
])("%s %s is refused", async (option, value, message) => {
  await expect(run([option, value])).rejects.toMatchObject({ code: 2, stderr: containing(message) });
});
