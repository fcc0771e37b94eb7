import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { bundle } from "../../bundle.ts";
import { nextMessage, startNode, stop } from "../../children.ts";
import { median } from "../statistics.ts";
import { messagesPerService, workload } from "./workload.ts";

const plans = {
  full: [100, 1_000, 10_000],
  quick: [100, 1_000],
} as const;

/** How the work divides, in ms on one thread of a fresh process, and the bytes that come out. */
export interface Phases {
  readonly parse: number;
  readonly check: number;
  readonly emit: number;
  readonly format: number;
  readonly bytes: number;
}

export interface GeneratorRow extends Phases {
  readonly messages: number;
  readonly services: number;
  readonly files: number;
  /** Of the whole command, from its start to its end, in ms: with its threads, and with files read and written. */
  readonly command: number;
  /** From an edit to the end of the round of `--watch` that it causes, the median in ms. */
  readonly edit: number;
}

export interface GeneratorReport {
  readonly rows: readonly GeneratorRow[];
}

const edits = 9;
const timeout = 600_000;
const bin = fileURLToPath(new URL("../../../generator/bin/gorpc-gen.js", import.meta.url));

/** Generates schemas of growing size: each phase by itself, and the command as users run it. */
export async function run(options: { readonly quick?: boolean } = {}): Promise<GeneratorReport> {
  const script = await bundle(new URL("process.ts", import.meta.url), "generator");
  const rows: GeneratorRow[] = [];
  for (const messages of options.quick === true ? plans.quick : plans.full) {
    const phases = await measurePhases(script, messages);
    const files = workload(messages).size;
    const services = messages / messagesPerService;
    const command = measureCommand(messages);
    rows.push({ messages, services, files, ...phases, command, edit: await measureEdit(messages) });
  }
  return { rows };
}

async function measurePhases(script: string, messages: number): Promise<Phases> {
  const child = startNode(script, [String(messages)]);
  try {
    return (await nextMessage(child, `the generator of ${messages} messages`, timeout)) as Phases;
  } finally {
    await stop(child);
  }
}

function measureCommand(messages: number): number {
  const folder = writeWorkload(messages);
  try {
    const start = performance.now();
    const { status, stderr } = spawnSync(process.execPath, [bin, "."], {
      cwd: folder,
      encoding: "utf8",
      timeout,
    });
    if (status !== 0) throw new Error(`gorpc-gen ended with ${status}: ${stderr}`);
    return performance.now() - start;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Edits the file in the middle, on which those after it depend. */
async function measureEdit(messages: number): Promise<number> {
  const folder = writeWorkload(messages);
  const child = spawn(process.execPath, [bin, "--watch", "."], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
    timeout,
  });
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    await endOfRound(lines);
    const files = [...workload(messages)];
    const [path, text] = files[files.length >> 1]!;
    const times: number[] = [];
    for (let edit = 0; edit < edits; edit++) {
      const start = performance.now();
      writeFileSync(join(folder, path), text.replace("count:", `count${edit}:`));
      await endOfRound(lines);
      times.push(performance.now() - start);
    }
    return median(times);
  } finally {
    child.kill();
    await once(child, "close");
    rmSync(folder, { recursive: true, force: true });
  }
}

async function endOfRound(lines: AsyncIterator<string>): Promise<void> {
  for (;;) {
    const line = await lines.next();
    if (line.done === true) throw new Error("gorpc-gen --watch has ended");
    if (line.value.startsWith("Watching")) return;
  }
}

function writeWorkload(messages: number): string {
  const folder = mkdtempSync(join(tmpdir(), "gorpc-bench-"));
  for (const [path, text] of workload(messages)) writeFileSync(join(folder, path), text);
  return folder;
}
