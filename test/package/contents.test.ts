import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../run.ts";
import { packAll, packageNames, type Tarball, type Tarballs } from "./tarballs.ts";

const always = ["LICENSE", "README.md", "dist", "package.json"];
const topLevel = {
  idl: always,
  runtime: [...always, "bin"],
  generator: [...always, "bin"],
};

let tarballs: Tarballs;
beforeAll(async () => {
  tarballs = await packAll();
});
afterAll(() => tarballs.remove());

describe.each(packageNames)("the tarball of %s", (name) => {
  let tarball: Tarball;
  beforeAll(() => {
    tarball = tarballs.byName[name];
  });
  const built = (): string[] => tarball.files.filter((file) => file.startsWith("dist/"));
  const code = (): string[] => tarball.files.filter((file) => file.endsWith(".js"));

  it("holds what a user needs and nothing else", () => {
    const found = new Set(tarball.files.map((file) => file.split("/")[0]));
    expect([...found].sort()).toEqual([...topLevel[name]].sort());
  });

  // No source maps: the code is not minified, so they would only double the installed size.
  it("has a build of code and types only, without tests or leftovers", () => {
    expect(
      built().filter((file) => !/(\.js|\.d\.ts)$/.test(file) || /\.(test|fixture)\./.test(file)),
    ).toEqual([]);
  });

  it("refers to no file that it does not hold", () => {
    const files = new Set(tarball.files);
    const missing = tarball.files
      .filter((file) => /\.(js|d\.ts)$/.test(file))
      .flatMap((file) =>
        relativeReferences(tarball.read(file)).map((target) => ({
          file,
          target: new URL(target, `file:///${file}`).pathname.slice(1),
        })),
      )
      .filter(({ target }) => !files.has(target) && !files.has(target.replace(/\.ts$/, ".d.ts")));
    expect(missing).toEqual([]);
  });

  it("shows nothing of the machine that built it", () => {
    const found = tarball.files.filter((file) => {
      const text = tarball.read(file);
      return text.includes(root) || text.includes("sourceMappingURL");
    });
    expect(found).toEqual([]);
  });

  it("runs no script at install", () => {
    const atInstall = ["preinstall", "install", "postinstall", "prepare"];
    expect(
      Object.keys(tarball.manifest.scripts ?? {}).filter((script) => atInstall.includes(script)),
    ).toEqual([]);
    expect(tarball.files).not.toContain("binding.gyp");
  });

  it("imports only what it declares", () => {
    const { dependencies = {}, peerDependencies = {} } = tarball.manifest;
    const declared = new Set([...Object.keys(dependencies), ...Object.keys(peerDependencies)]);
    const undeclared = code().flatMap((file) =>
      packageReferences(tarball.read(file)).filter((dependency) => !declared.has(dependency)),
    );
    expect(undeclared).toEqual([]);
  });
});

it("the runtime needs no other package", () => {
  const {
    dependencies = {},
    optionalDependencies = {},
    peerDependencies = {},
    peerDependenciesMeta = {},
  } = tarballs.byName.runtime.manifest;
  expect(dependencies).toEqual({});
  expect(optionalDependencies).toEqual({});
  expect(
    Object.keys(peerDependencies).filter((peer) => peerDependenciesMeta[peer]?.optional !== true),
  ).toEqual([]);
});

it("the runtime's entries that need another package load it when it is asked for", () => {
  const { runtime } = tarballs.byName;
  const atOnce = runtime.files
    .filter((file) => file.endsWith(".js"))
    .filter((file) => /\bfrom ?["'`]@opentelemetry\//.test(runtime.read(file)));
  expect(atOnce).toEqual([]);
  expect(runtime.read("dist/opentelemetry/index.js")).toMatch(/\bimport\(["'`]@opentelemetry\/api["'`]\)/);
});

it("the runtime has one RpcError for all its entries", () => {
  const { runtime } = tarballs.byName;
  const defining = runtime.files.filter(
    (file) => file.endsWith(".js") && /\bclass RpcError\b|\bRpcError ?= ?class\b/.test(runtime.read(file)),
  );
  expect(defining).toHaveLength(1);
});

function references(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

function relativeReferences(text: string): string[] {
  return references(text).filter((target) => /^\.\.?\//.test(target));
}

/** The names of other packages, without subpaths and Node's own modules. */
function packageReferences(text: string): string[] {
  return references(text)
    .filter((target) => !/^(\.|node:)/.test(target))
    .map((target) => target.split("/", target.startsWith("@") ? 2 : 1).join("/"));
}
