import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { dist } from "../../../build.ts";

const source = fileURLToPath(new URL("main.go", import.meta.url));

/** What `go version` prints; undefined where there is no Go. */
export function goVersion(): string | undefined {
  try {
    return execFileSync("go", ["version"], { encoding: "utf8", stdio: "pipe" }).trim();
  } catch {
    return undefined;
  }
}

let built: string | undefined;

/** Compiles the program, once; returns its path. */
export function buildGo(): string {
  if (built !== undefined) return built;
  mkdirSync(dist, { recursive: true });
  built = fileURLToPath(new URL("go-net-rpc", dist));
  execFileSync("go", ["build", "-o", built, source], {
    env: { ...process.env, GO111MODULE: "off" },
    stdio: "inherit",
  });
  return built;
}
