import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const here = fileURLToPath(new URL(".", import.meta.url));

test("a file goes there and back whole, no faster than the slower side takes it", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", "main.ts"], {
    cwd: here,
  });
  const [upload, download, errors] = stdout.split(/\n(?=A download|What goes wrong)/);

  const ahead = [...upload!.matchAll(/^ {2}(25|50|75) % .* ahead ([\d.]+) MiB$/gm)];
  expect(ahead.map(([, percent]) => percent)).toEqual(["25", "50", "75"]);
  // The most credit that a stream gets, and what the sockets hold.
  for (const [, , lead] of ahead) expect(Number(lead)).toBeLessThan(12);
  expect(upload).toContain("100 %  sent 24.0 MiB");

  const paused = /read ([\d.]+) MiB of its file, and 0\.3 s later ([\d.]+) MiB/.exec(download!);
  expect(paused![1]).toBe(paused![2]);
  expect(Number(paused![1])).toBeLessThan(24);

  const sums = [...stdout.matchAll(/sha256 ([0-9a-f]{16})/g)].map(([, sum]) => sum);
  expect(sums).toHaveLength(2);
  expect(sums[0]).toBe(sums[1]);
  expect(errors).toContain("threw FileNotFound of nothing.raw, code NOT_FOUND");
  expect(errors).toContain("threw NotAsAnnounced of broken.raw, code DATA_LOSS");
  expect(stdout).toContain("the server exited with 0 and keeps holiday.raw");
}, 180_000);
