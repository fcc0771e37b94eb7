import { spawnSync } from "node:child_process";
import { build, type BuildOptions } from "esbuild";
import { expect, it } from "vitest";
import { findCases, goldens } from "../golden-runner/cases.ts";
import { Workspace } from "./workspace.ts";

/** Bundles a program that imports generated files, as an application would. */
async function bundle(program: string, options: BuildOptions = {}): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: goldens, loader: "ts" },
    bundle: true,
    format: "esm",
    platform: "node",
    write: false,
    logLevel: "silent",
    ...options,
  });
  return outputFiles![0]!.text;
}

/** All of these are droppable, or a bundle says so by their names. */
const typeNames = /golden\.(errors|services|unions|enums)\.\w+/g;

it("bundles one enum to its values alone", async () => {
  const program = 'import { Phase } from "./enums/enums.gorpc.ts"; console.log(Phase.DONE);';
  const text = await bundle(program, { minify: true });
  expect(text.length).toBeLessThan(120);
  expect(text).toContain("DONE:5");
});

it("drops what is not used: messages, unions, errors, clients, services, wrappers", async () => {
  const imports = ["errors", "services", "unions"].map(
    (name) => `import * as ${name} from "./${name}/${name}.gorpc.ts";`,
  );
  const text = await bundle(`${imports.join("\n")} console.log(services.Color.RED);`);
  expect(text.match(typeNames)).toBeNull();
  expect(text.length).toBeLessThan(200);
});

it("keeps of a message what it needs", async () => {
  const text = await bundle('import { Bare } from "./errors/errors.gorpc.ts"; throw new Bare();');
  expect(new Set(text.match(typeNames))).toEqual(new Set(["golden.errors.Bare"]));
});

it("carries what a schema says to people for servers alone", async () => {
  const import_ = (name: string): string => `import { ${name} } from "./docs/docs.gorpc.ts";`;
  const client = await bundle(`${import_("WordsClient")} console.log(new WordsClient());`, { minify: true });
  expect(client).toContain("golden.docs.Words");
  expect(client).not.toMatch(/Speaks|First \*\/ of all/);
  const server = await bundle(`${import_("Words")} console.log(Words);`);
  expect(server).toContain("Speaks */ up.");
});

it("runs where code may not be made from strings", async () => {
  const imports = findCases()
    .flatMap(({ name, schemas }) => schemas.map((schema) => `./${name}/${schema}.ts`))
    .filter((path) => !path.includes("refused-"))
    .map((path) => `await exercise(await import(${JSON.stringify(path)}));`);
  const program = `import { exercise } from "../golden-runner/exercise.ts";\n${imports.join("\n")}\nconsole.log("done");`;
  const workspace = new Workspace({ "all.mjs": await bundle(program) });
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--disallow-code-generation-from-strings", workspace.path("all.mjs")],
    { encoding: "utf8" },
  );
  expect({ stdout, stderr }).toEqual({ stdout: "done\n", stderr: "" });
});
