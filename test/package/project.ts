import { build } from "esbuild";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { root, run } from "../run.ts";
import { packageNames, type Tarballs } from "./tarballs.ts";

/** A user's project in a folder of its own, the packages installed from their tarballs. */
export class Project {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async install({ byName }: Tarballs): Promise<Project> {
    const folder = await mkdtemp(join(tmpdir(), "gorpc-project-"));
    await cp(fileURLToPath(new URL("project", import.meta.url)), folder, {
      recursive: true,
      filter: (source) => !source.endsWith(".gorpc.ts"),
    });
    const project = new Project(folder);
    await project.#writeJson("package.json", {
      name: "a-users-project",
      private: true,
      type: "module",
      dependencies: Object.fromEntries(
        packageNames.map((name) => [byName[name].manifest.name, `file:${byName[name].file}`]),
      ),
      overrides: await lockedVersions(),
    });
    for (const moduleResolution of ["nodenext", "bundler"]) {
      await project.#writeJson(`tsconfig.${moduleResolution}.json`, compilerSettings(moduleResolution));
    }
    await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund"], { folder });
    return project;
  }

  /** Compiles with this repository's TypeScript. */
  typescript(...tscArguments: string[]): Promise<string> {
    return this.node(join(root, "node_modules/typescript/bin/tsc"), ...tscArguments);
  }

  /** Bundles an entry, packages included, into one file. */
  async bundle(entry: string, outfile: string): Promise<void> {
    await build({
      absWorkingDir: this.folder,
      entryPoints: [entry],
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
    });
  }

  node(script: string, ...scriptArguments: string[]): Promise<string> {
    return run(process.execPath, [script, ...scriptArguments], { folder: this.folder });
  }

  /** Runs a command of an installed package, where npm links it. */
  bin(name: string, ...binArguments: string[]): Promise<string> {
    return run(join(this.folder, "node_modules/.bin", name), binArguments, { folder: this.folder });
  }

  read(path: string): Promise<string> {
    return readFile(join(this.folder, path), "utf8");
  }

  write(path: string, text: string): Promise<void> {
    return writeFile(join(this.folder, path), text);
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }

  #writeJson(path: string, value: unknown): Promise<void> {
    return this.write(path, JSON.stringify(value, undefined, 2));
  }
}

/** The strictest settings, and the packages' types checked too. */
function compilerSettings(moduleResolution: string): unknown {
  return {
    compilerOptions: {
      target: "es2022",
      lib: ["es2022"],
      module: moduleResolution === "nodenext" ? "nodenext" : "esnext",
      moduleResolution,
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      verbatimModuleSyntax: true,
      isolatedDeclarations: true,
      declaration: true,
      skipLibCheck: false,
      outDir: "dist",
      rootDir: ".",
      types: ["node"],
      typeRoots: [join(root, "node_modules/@types")],
    },
    include: ["*.ts"],
  };
}

/**
 * The versions that this repository was tested with, as npm's overrides: they are in npm's cache, and nobody
 * else's release can break the test.
 */
async function lockedVersions(): Promise<Record<string, string>> {
  const lock = JSON.parse(await readFile(join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, { version?: string; dev?: boolean; link?: boolean }>;
  };
  const prefix = "node_modules/";
  return Object.fromEntries(
    Object.entries(lock.packages)
      .filter(([path, { dev, link }]) => path.lastIndexOf(prefix) === 0 && dev !== true && link !== true)
      .map(([path, { version }]) => [path.slice(prefix.length), version!]),
  );
}
