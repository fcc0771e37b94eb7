import { createPackageFromTarballData, type Package } from "@arethetypeswrong/core";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, run } from "../run.ts";

export const packageNames = ["idl", "runtime", "generator"] as const;
export type PackageName = (typeof packageNames)[number];

/** What a `package.json` says that is tested here. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** A package as `npm publish` would send it. */
export class Tarball {
  readonly file: string;
  readonly bytes: Buffer<ArrayBuffer>;
  readonly content: Package;
  readonly manifest: Manifest;

  constructor(file: string, bytes: Buffer<ArrayBuffer>) {
    this.file = file;
    this.bytes = bytes;
    this.content = createPackageFromTarballData(bytes);
    this.manifest = JSON.parse(this.read("package.json")) as Manifest;
  }

  /** Paths relative to the package. */
  get files(): string[] {
    const prefix = `/node_modules/${this.content.packageName}/`;
    return this.content.listFiles().map((path) => path.slice(prefix.length));
  }

  read(path: string): string {
    return this.content.readFile(`/node_modules/${this.content.packageName}/${path}`);
  }
}

export interface Tarballs {
  readonly folder: string;
  readonly byName: Readonly<Record<PackageName, Tarball>>;
  remove(): Promise<void>;
}

/** Packs all three packages, as they are built, into a temporary folder. */
export async function packAll(): Promise<Tarballs> {
  for (const name of packageNames) {
    if (!existsSync(join(root, name, "dist/index.js")))
      throw new Error(`${name} is not built: run \`npm run build\``);
  }
  const folder = await mkdtemp(join(tmpdir(), "gorpc-pack-"));
  const workspaces = packageNames.flatMap((name) => ["--workspace", name]);
  await run("npm", ["pack", "--silent", "--pack-destination", folder, ...workspaces], { folder: root });
  const load = async (name: PackageName): Promise<Tarball> => {
    const { version } = JSON.parse(await readFile(join(root, name, "package.json"), "utf8")) as Manifest;
    const file = join(folder, `gorpc-${name}-${version}.tgz`);
    return new Tarball(file, await readFile(file));
  };
  return {
    folder,
    byName: { idl: await load("idl"), runtime: await load("runtime"), generator: await load("generator") },
    remove: () => rm(folder, { recursive: true }),
  };
}
