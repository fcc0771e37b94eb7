import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const here = fileURLToPath(new URL(".", import.meta.url));

test("shows who gets in and who does not, and what a renewal changes", async () => {
  const run = promisify(execFile)(process.execPath, ["--import", "tsx", "main.ts"], { cwd: here });
  const { stdout, stderr } = await run;
  expect(stderr).toBe("");
  const [, known, refused, renewed] = stdout.split(/^(?=Who calls|Nobody else|Certificates are)/m);
  expect(known).toContain("the till has booked, and taken 1650 cents by now");
  expect(known).toMatch(/the till reads the books:\n.*Ledger\/Read at tls:.*: till\/7 may not call read/);
  expect(known).toContain("the auditor reads: till/7 took 450 cents");
  expect(known).toMatch(/the auditor books:\n.*: auditor may not call book/);
  expect(refused).toMatch(/without a certificate:\n.*takes only clients with a certificate/);
  expect(refused).toMatch(/with a forged one:\n.*not signed by an authority that this server trusts/);
  expect(refused).toMatch(/without TLS:\n.*this address takes only TLS: dial it with tls:/);
  expect(refused).toMatch(/does not trust:\n.*not signed by an authority that is trusted here/);
  expect(renewed).toContain("the till's connection goes on: it has taken 1700 cents by now");
  expect(renewed).toMatch(/with last year's trust:\n.*not signed by an authority that is trusted here/);
  expect(renewed).toContain("with this year's: the till has taken 1750 cents by now");
}, 180_000);
