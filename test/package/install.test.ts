import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../run.ts";
import { Project } from "./project.ts";
import { packAll, type Tarballs } from "./tarballs.ts";

let tarballs: Tarballs;
let project: Project;
beforeAll(async () => {
  tarballs = await packAll();
  project = await Project.install(tarballs);
  await project.bin("gorpc-gen", "hello.gorpc");
}, 120_000);
afterAll(async () => {
  await project.remove();
  await tarballs.remove();
});

const spoken = {
  answers: ["Hello, tcp!", 0, "Hello, memory!", "Hi, fake!"],
  refused: { wanted: "", code: "NOT_FOUND" },
  isRpcError: true,
};

describe("in an empty project, from the tarballs", { timeout: 180_000 }, () => {
  it("gorpc-gen writes TypeScript beside the schema, and finds it up to date", async () => {
    expect(await project.read("hello.gorpc.ts")).toContain("export class HelloClient");
    await project.bin("gorpc-gen", "--check", "hello.gorpc");
  });

  it("a generated client calls a server, compiled with moduleResolution nodenext", async () => {
    await project.typescript("-p", "tsconfig.nodenext.json");
    expect(JSON.parse(await project.node("dist/main.js"))).toEqual(spoken);
  });

  it("a generated client calls a server, bundled with moduleResolution bundler", async () => {
    await project.typescript("-p", "tsconfig.bundler.json", "--noEmit");
    await project.bundle("main.ts", "dist/bundle.js");
    expect(JSON.parse(await project.node("dist/bundle.js"))).toEqual(spoken);
  });

  it("npx runs gorpc-registry, which serves until it is told to end", async () => {
    const { folder } = project;
    const version = await run("npx", ["--no", "--", "gorpc-registry", "--version"], { folder });
    expect(version).toBe(`${tarballs.byName.runtime.manifest.version}\n`);
    const registry = spawn(join(folder, "node_modules/.bin/gorpc-registry"), ["--port", "0"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      const [line] = (await once(createInterface(registry.stdout), "line")) as [string];
      const response = await fetch(line.replace("registry at ", ""));
      expect(await response.json()).toEqual({ services: [] });
    } finally {
      registry.kill("SIGTERM");
    }
    expect(await once(registry, "exit")).toEqual([0, null]);
  });

  it("JavaScript gets one RpcError from all subpaths", async () => {
    expect(JSON.parse(await project.node("main.mjs"))).toEqual({
      codes: ["UNAVAILABLE", "UNAVAILABLE", "NOT_FOUND", "NOT_FOUND", "UNIMPLEMENTED"],
      areRpcErrors: true,
    });
  });

  it("logs and counts calls; OpenTelemetry without its API says what to install", async () => {
    expect(JSON.parse(await project.node("telemetry.mjs"))).toEqual({
      log: ["client", "server"],
      metrics: "",
      failure:
        "@gorpc/runtime/opentelemetry needs @opentelemetry/api, which could not be loaded: npm install @opentelemetry/api",
    });
  });

  it.each([
    ["idl", "message hello.v1.Greeting\nerror hello.v1.NobodyThere\nservice hello.v1.Hello\n"],
    ["generator", expect.stringMatching(/^hello\.gorpc\.ts: \d+ characters\n$/)],
  ] as const)("the example of %s's README runs", async (name, printed) => {
    const [, example] = /```js\n([^]*?)```/.exec(tarballs.byName[name].read("README.md")) ?? [];
    expect(example, "an example in js").toBeDefined();
    await project.write("example.mjs", example!);
    expect(await project.node("example.mjs")).toEqual(printed);
  });
});
