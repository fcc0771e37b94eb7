// The whole of it on one screen: `npm run go-bridge`.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { addressOf, ended, Processes, stop } from "../processes.ts";
import { heading, say } from "../show.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const generator = fileURLToPath(new URL("../../generator/bin/gorpc-gen.js", import.meta.url));

/** Runs a program to its end and shows what it says. @throws Error unless it ends well */
function run(shown: string, program: string, ...parameters: string[]): void {
  say(`$ ${shown}`);
  const { status, stdout, stderr } = spawnSync(program, parameters, { cwd: here, encoding: "utf8" });
  for (const line of (stdout + stderr).trim().split("\n")) if (line !== "") say(line);
  if (status !== 0) throw new Error(`it ended with ${status}`);
}

async function show(binaries: string): Promise<void> {
  const processes = new Processes(here);
  await processes.during(async () => {
    heading("A schema becomes TypeScript and Go");
    const options = ["stock.gorpc", "--out", ".", "--go", "stock"];
    run(`gorpc-gen ${options.join(" ")}`, process.execPath, generator, ...options);
    run("go build ./server ./client", "go", "build", "-o", `${binaries}/`, "./server", "./client");

    heading("A server in Go, a client in TypeScript");
    const theirs = processes.startProgram("pipe", join(binaries, "server"));
    const address = await addressOf(theirs);
    say(`the Go server listens at ${address}`);
    await ended(processes.start("inherit", "client.ts", address, "net/rpc"));
    // It has no more to do than to end.
    theirs.kill();

    heading("A server in TypeScript, clients in Go and in TypeScript at one port");
    const ours = processes.start("pipe", "server.ts");
    const port = await addressOf(ours);
    say(`the TypeScript server listens at ${port}; the Go client:`);
    await ended(processes.startProgram("inherit", join(binaries, "client"), port));
    say("the TypeScript client, which gets the error whole here:");
    await ended(processes.start("inherit", "client.ts", port));
    await stop(ours);
  });
}

const go = spawnSync("go", ["version"], { encoding: "utf8" });
if (go.status === 0) {
  const binaries = mkdtempSync(join(tmpdir(), "go-bridge-"));
  try {
    await show(binaries);
  } finally {
    rmSync(binaries, { recursive: true });
  }
} else {
  console.log(
    "Skipped: this example builds two programs in Go, and there is no `go` in the PATH (https://go.dev/dl).",
  );
}
