/** A folder of its own for a test, and gorpc-gen run in it as users run it: as a process. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const bin = fileURLToPath(new URL("../../generator/bin/gorpc-gen.js", import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class Workspace {
  readonly folder = mkdtempSync(join(tmpdir(), "gorpc-gen-"));

  /** @param files - by path */
  constructor(files: Readonly<Record<string, string>> = {}) {
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }));
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  path(path: string): string {
    return join(this.folder, path);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text);
  }

  read(path: string): string {
    return readFileSync(this.path(path), "utf8");
  }

  /** Every file, with forward slashes, sorted. */
  files(): string[] {
    return readdirSync(this.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.folder.length + 1))
      .map((path) => path.replaceAll("\\", "/"))
      .sort();
  }

  /** Starts gorpc-gen here; it ends with the test at the latest. */
  start(...commandLine: string[]): ChildProcess {
    const child = spawn(process.execPath, [bin, ...commandLine], { cwd: this.folder, stdio: "pipe" });
    onTestFinished(() => void child.kill("SIGKILL"));
    return child;
  }

  /** Runs gorpc-gen here to its end. */
  async run(...commandLine: string[]): Promise<Outcome> {
    const child = this.start(...commandLine);
    let [stdout, stderr] = ["", ""];
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    return { code, stdout, stderr };
  }
}

/** The lines that a process prints, for tests that wait for one. */
export class Lines {
  #text = "";
  #seen = 0;
  #check: (() => void) | undefined;

  constructor(child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#text += text;
        this.#check?.();
      });
    }
  }

  /** Waits until a text is printed after what was waited for last; returns what was printed up to its end. */
  async until(text: string): Promise<string> {
    for (;;) {
      const at = this.#text.indexOf(text, this.#seen);
      if (at >= 0) {
        const printed = this.#text.slice(this.#seen, at + text.length);
        this.#seen = at + text.length;
        return printed;
      }
      await new Promise<void>((resolve) => (this.#check = resolve));
    }
  }
}
