import { access, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root, run } from "../run.ts";
import { manifest, Reader } from "./reader.ts";
import { fileOf, type Snippet, snippetsOf } from "./snippets.ts";

const readme = await readFile(join(root, "README.md"), "utf8");
const tutorial = readme.slice(
  readme.indexOf("## Five minutes"),
  readme.indexOf("## What is supported today"),
);

const runtimePages = ["README.md", "DISCOVERY.md", "TELEMETRY.md", "TESTING.md"].map(
  (page) => `runtime/${page}`,
);

describe("followed from top to bottom", () => {
  const [setUp, ...steps] = snippetsOf(tutorial);
  const headings = [...new Set(steps.map(({ heading }) => heading))];
  let reader: Reader;
  beforeAll(async () => {
    reader = await Reader.start(["9000", "9999"]);
  });
  afterAll(() => reader.end());

  test("begins with what this test has done by other means", () => {
    const typed = [
      "npm run build",
      "mkdir examples/shop",
      "cd examples/shop",
      `echo '${manifest}' > package.json`,
    ];
    expect(setUp?.text).toBe(`${typed.join("\n")}\n`);
    expect(headings).toEqual(["A schema", "A server", "A client", "Many servers"]);
  });

  test.each(headings)(
    "%s",
    async (heading) => {
      if (heading === "Many servers") await reader.stopAll();
      for (const snippet of steps.filter((step) => step.heading === heading)) await reader.follow(snippet);
    },
    60_000,
  );

  test("the runtime's pages have programs that run", async () => {
    await reader.stopAll();
    const texts = runtimePages.map((page) => readFile(join(root, page), "utf8"));
    const programs = (await Promise.all(texts)).flatMap(snippetsOf);
    for (const program of programs) await reader.follow(program);
    const names = programs
      .filter(({ language }) => language === "ts")
      .map((program) => fileOf(program)!.name);
    const workers = names.filter((name) => name.endsWith("-worker.ts"));
    for (const worker of workers) await reader.compile(worker);
    // Tests own the clock of their process, and a worker takes time of its own to start.
    const alone = programs.filter(({ text }) => /^\/\/ [\w.-]+\.test\.ts|new Worker\(/.test(text));
    const apart = alone.map((program) => fileOf(program)!.name);
    for (const name of apart) {
      await reader.follow({ language: "console", text: `$ npx tsx ${name}`, heading: "" });
    }
    const imports = names
      .filter((name) => !workers.includes(name) && !apart.includes(name))
      // One after the other: all at once, a busy machine has no time for the one whose call is bound to half a second.
      .map((name) => `await import("./${name}");\n`)
      .join("");
    const text = `// all.ts\nimport { server } from "./in-memory.ts";\n${imports}await server.close();\n`;
    await reader.follow({ language: "ts", text, heading: "" });
    await reader.follow({ language: "console", text: "$ npx tsx all.ts", heading: "" });
  }, 180_000);

  test("nothing of it has a type error", async () => {
    await reader.checkTypes();
  }, 180_000);
});

test("a folder in the workspace with a package.json of its own is where npx runs", async () => {
  const folder = await mkdtemp(join(root, "examples/readme-"));
  try {
    await writeFile(join(folder, "package.json"), manifest);
    expect(await run("npx", ["tsx", "--eval", "console.log(process.cwd())"], { folder })).toBe(`${folder}\n`);
  } finally {
    await rm(folder, { recursive: true });
  }
}, 180_000);

test("the first glance shows parts of the tutorial", () => {
  const [schema, call] = snippetsOf(readme) as [Snippet, Snippet];
  const all = snippetsOf(tutorial).map(({ text }) => text);
  for (const part of schema.text.split("\n\n"))
    expect(withoutComments(all.join("\n"))).toContain(part.trimEnd().replace(/\n\}$/, ""));
  expect(call.text).toContain('shop.get({ sku: "tea" }, { timeout: 200 })');
});

function withoutComments(text: string): string {
  return text.replace(/^ *\/\/\/.*\n/gm, "");
}

test.each(["README.md", ...runtimePages, "examples/README.md"])("%s links to what is there", async (name) => {
  const text = await readFile(join(root, name), "utf8");
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(([, target]) => target!);
  for (const link of links) await access(join(root, dirname(name), link));
});
