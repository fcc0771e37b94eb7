import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const here = fileURLToPath(new URL(".", import.meta.url));

test("everybody in a room hears what is said there, in order, and nobody else does", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", "main.ts"], {
    cwd: here,
  });
  const heardBy = (name: string): string[] =>
    [...stdout.matchAll(new RegExp(`^ {2}${name} +\\| (.*)$`, "gm"))].map(([, line]) => line!);
  const beforeTheMove = ["bob came in", "ann: Is there any green tea left?", "bob: Two boxes."];
  const afterTheMove = ["dee came in", "dee: I take both!"];
  expect(heardBy("ann")).toEqual(["tea is empty", "ann came in", ...beforeTheMove, ...afterTheMove]);
  expect(heardBy("bob").filter((line) => line !== "dee left")).toEqual([
    "in tea: ann",
    ...beforeTheMove,
    "there is a bob in tea already (ALREADY_EXISTS)",
    ...afterTheMove,
    "ann left",
  ]);
  expect(heardBy("dee").filter((line) => line !== "bob left")).toEqual([
    "cups is empty",
    "dee came in",
    "dee: Nobody here.",
    "in tea: ann, bob",
    ...afterTheMove,
    "ann left",
  ]);
  expect(stdout).toContain("the server says: in tea are ann, bob, dee");
  expect(stdout).toContain("the server exited with 0");
}, 180_000);
