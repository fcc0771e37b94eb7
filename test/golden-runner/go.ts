/** Go's own tools, where there are any: they find nothing to say of what is generated. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { GeneratedFile } from "@gorpc/generator";
import { onTestFinished } from "vitest";

/** A Go module for the length of a test. */
export class GoModule {
  readonly folder = mkdtempSync(join(tmpdir(), "gorpc-go-"));

  constructor() {
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }));
    this.write("go.mod", "module generated\n\ngo 1.19\n");
  }

  write(path: string, text: string): void {
    const full = join(this.folder, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
  }

  /** Writes the files of a package into a folder of their own. */
  add(name: string, files: readonly GeneratedFile[]): void {
    for (const { path, text } of files) this.write(`${name}/${path}`, text);
  }

  /** How gofmt would change the files; empty where it would not. */
  gofmt(): string {
    return run("gofmt", ["-d", "."], this.folder);
  }

  /** What `go vet` has to say, which compiles them too. */
  vet(): string {
    return run("go", ["vet", "./..."], this.folder);
  }
}

function run(command: string, parameters: readonly string[], cwd: string): string {
  const env = { ...process.env, GOPROXY: "off", GOTOOLCHAIN: "local", GOFLAGS: "" };
  const { status, stdout, stderr, error } = spawnSync(command, parameters, { cwd, env, encoding: "utf8" });
  if (error !== undefined) throw error;
  return `${stdout}${stderr}${status === 0 ? "" : `${command} ended with ${status}`}`;
}
