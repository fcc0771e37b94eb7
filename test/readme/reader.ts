import { build } from "esbuild";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "../ports.ts";
import { root, run } from "../run.ts";
import { type Command, commandOf, fileOf, type Snippet, type SnippetFile } from "./snippets.ts";

/** The package.json of the tutorial's folder. */
export const manifest = '{ "type": "module" }';

/** Follows a tutorial in a folder of its own: writes its files, types its commands, and looks at what they print. */
export class Reader {
  readonly #folder: string;
  /** The tutorial's ports, and those that are free on this machine. */
  readonly #ports: ReadonlyMap<string, string>;
  readonly #running: ChildProcess[] = [];

  private constructor(folder: string, ports: ReadonlyMap<string, string>) {
    this.#folder = folder;
    this.#ports = ports;
  }

  static async start(ports: readonly string[]): Promise<Reader> {
    const folder = await mkdtemp(join(tmpdir(), "gorpc-readme-"));
    await symlink(join(root, "node_modules"), join(folder, "node_modules"), "dir");
    const settings = { extends: join(root, "tsconfig.json"), compilerOptions: { paths: {} }, include: ["."] };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(settings));
    await writeFile(join(folder, "package.json"), manifest);
    const free = await freePorts(ports.length);
    return new Reader(folder, new Map(ports.map((port, i) => [port, `${free[i]}`])));
  }

  /** Does what a snippet says. */
  async follow(snippet: Snippet): Promise<void> {
    const file = fileOf(snippet);
    if (file !== undefined) return this.#write(file);
    if (snippet.language !== "console")
      throw new Error(`a snippet neither names a file nor is a command:\n${snippet.text}`);
    return this.#type(commandOf({ ...snippet, text: this.#onFreePorts(snippet.text) }));
  }

  /** Makes a file's JavaScript, with what it imports from beside it: a worker runs nothing else. */
  async compile(name: string): Promise<void> {
    await build({
      absWorkingDir: this.#folder,
      entryPoints: [name],
      outdir: this.#folder,
      bundle: true,
      packages: "external",
      format: "esm",
      platform: "node",
      logLevel: "warning",
    });
  }

  /** @throws Error with what the compiler says */
  async checkTypes(): Promise<void> {
    await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "."], {
      folder: this.#folder,
    });
  }

  /** Ends what runs, as Ctrl-C does. */
  async stopAll(): Promise<void> {
    await Promise.all(this.#running.splice(0).map(stop));
  }

  async end(): Promise<void> {
    await this.stopAll();
    await rm(this.#folder, { recursive: true });
  }

  async #write({ name, replacesLastLine, text }: SnippetFile): Promise<void> {
    const path = join(this.#folder, name);
    const kept = replacesLastLine ? (await readFile(path, "utf8")).trimEnd().split("\n").slice(0, -1) : [];
    await writeFile(path, [...kept, this.#onFreePorts(text)].join("\n"));
  }

  async #type({ words, prints }: Command): Promise<void> {
    const [npx, tool, ...rest] = words;
    if (npx !== "npx" || tool === undefined)
      throw new Error(`not a command that this test knows: ${words.join(" ")}`);
    const bin = {
      tsx: "node_modules/tsx/dist/cli.mjs",
      "gorpc-gen": "generator/bin/gorpc-gen.js",
      "gorpc-registry": "runtime/bin/gorpc-registry.js",
    }[tool];
    if (bin === undefined) throw new Error(`npx ${tool} is not known to this test`);
    const child = spawn(process.execPath, [join(root, bin), ...rest], { cwd: this.#folder });
    this.#running.push(child);
    let output = "";
    const ended = once(child, "close");
    const printed = new Promise<void>((resolve) => {
      const onData = (chunk: Buffer): void => {
        output += chunk.toString();
        if (prints.length > 0 && output.includes(`${prints.join("\n")}\n`)) resolve();
      };
      child.stdout.on("data", onData);
      child.stderr.on("data", onData);
    });
    // What listens goes on; what ends has to end well.
    if (tool === "gorpc-registry" || (await this.#listens(rest[0]))) await Promise.race([printed, ended]);
    else await ended;
    const failed = child.exitCode !== null && child.exitCode !== 0;
    const silent = prints.length > 0 && !output.includes(`${prints.join("\n")}\n`);
    if (failed || silent) {
      throw new Error(
        `"${words.join(" ")}" (exit code ${child.exitCode}) was to print\n${prints.join("\n")}\nand printed\n${output}`,
      );
    }
  }

  async #listens(file: string | undefined): Promise<boolean> {
    if (file?.endsWith(".ts") !== true) return false;
    return (await readFile(join(this.#folder, file), "utf8")).includes(".listen(");
  }

  #onFreePorts(text: string): string {
    return text.replace(
      /(127\.0\.0\.1:|--port )(\d+)/g,
      (_, before: string, port: string) => before + (this.#ports.get(port) ?? port),
    );
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}
