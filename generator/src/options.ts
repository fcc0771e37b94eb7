import { Command, InvalidArgumentError, Option } from "commander";
import { defaultRuntimeImport, type ImportExtension, importExtensions } from "./target.ts";

/** How results are told. */
export type OutputFormat = "text" | "json";

export interface GenerateFlags {
  readonly out?: string;
  readonly go?: string;
  readonly goPackage?: string;
  readonly check?: true;
  readonly watch?: true;
  readonly dryRun?: true;
  readonly importExtension?: ImportExtension;
  readonly runtimeImport: string;
  readonly format: OutputFormat;
}

export interface FormatFlags {
  readonly check?: true;
  readonly format: OutputFormat;
}

/** What the command line leads to. */
export interface Actions {
  readonly generate: (names: string[], flags: GenerateFlags) => Promise<void>;
  readonly format: (names: string[], flags: FormatFlags) => Promise<void>;
}

const examples = `
Examples:
  gorpc-gen orders.gorpc                 write orders.gorpc.ts beside it
  gorpc-gen schemas --out src/generated  all schemas of a folder, into another one
  gorpc-gen 'packages/*/api/*.gorpc'     a glob, in quotes
  gorpc-gen schemas --check              in CI: fail where generated files are out of date
  gorpc-gen schemas --watch              generate again at each change
  gorpc-gen orders.gorpc --go api/orders write Go, the package orders, instead of TypeScript
  gorpc-gen schemas --go api --out src   write both
  gorpc-gen fmt schemas                  format the schemas themselves

Exit codes: 0 done, 1 something is wrong with the schemas or out of date, 2 wrong usage.`;

const formatOption = () =>
  new Option("--format <format>", "how to tell results: for people or as JSON")
    .choices(["text", "json"])
    .default("text");

/** The command line as commander knows it; it throws where it would end the process. */
export function commandLine(version: string, actions: Actions): Command {
  const program = new Command("gorpc-gen")
    .description("Generates TypeScript and Go from .gorpc schemas, and from those that they import.")
    .usage("[options] <file | folder | glob>...")
    .argument("[paths...]", "schemas, folders that hold some, or globs")
    .option("-o, --out <folder>", "write TypeScript under this folder instead of beside each schema")
    .option(
      "--go <folder>",
      "write Go into this folder, one package; no TypeScript then, unless --out says where",
    )
    .option("--go-package <name>", "what the Go package is called (default: as its folder)")
    .addOption(
      new Option("--check", "write nothing; fail with a diff where files are out of date").conflicts([
        "watch",
        "dryRun",
      ]),
    )
    .addOption(
      new Option(
        "-w, --watch",
        "generate again at each change, of the project's Prettier configuration and tsconfig.json too",
      ).conflicts("dryRun"),
    )
    .option("--dry-run", "write nothing; list what would be written")
    .addOption(
      new Option(
        "--import-extension <ending>",
        "how generated files import each other (default: by the nearest tsconfig.json)",
      ).choices(importExtensions),
    )
    .addOption(
      new Option("--runtime-import <specifier>", "how generated files import the runtime")
        .default(defaultRuntimeImport)
        .argParser(checkSpecifier),
    )
    .addOption(formatOption())
    .version(version, "-V, --version", "print the version")
    .addHelpText("after", examples)
    .enablePositionalOptions()
    .showHelpAfterError("(gorpc-gen --help shows all options)")
    .action(actions.generate);
  program
    .command("fmt")
    .description("format schemas in place")
    .usage("[options] <file | folder | glob>...")
    .argument("[paths...]", "schemas, folders that hold some, or globs")
    .option("--check", "write nothing; fail with a diff where schemas are not formatted")
    .addOption(formatOption())
    .action(actions.format);
  for (const command of [program, ...program.commands]) command.exitOverride();
  return program;
}

function checkSpecifier(specifier: string): string {
  if (specifier.trim() !== "") return specifier;
  throw new InvalidArgumentError("It names a module, such as @gorpc/runtime or ../index.ts.");
}
