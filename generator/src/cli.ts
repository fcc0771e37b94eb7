import { readFileSync } from "node:fs";
import { CommanderError } from "commander";
import { commandLine } from "./options.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Runs the command line.
 * @param argv - the arguments after the program's name
 * @returns the exit code
 */
export async function main(argv: readonly string[]): Promise<number> {
  process.stdout.on("error", endWithReader);
  let code = 0;
  // Parsers and compilers take a second to load: --help must not wait for them.
  const program = commandLine(ownVersion(), {
    generate: async (names, flags) => {
      const { runGenerate } = await import("./run.ts");
      code = await runGenerate(names, flags);
    },
    format: async (names, flags) => {
      const { runFormat } = await import("./run.ts");
      code = await runFormat(names, flags);
    },
  });
  try {
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    // Commander has printed its own.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`gorpc-gen: ${error.message}\n`);
    return 2;
  }
}

/** Whoever reads the output, `head` say, may leave before its end. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  process.exit();
}

function ownVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    readonly version: string;
  };
  return manifest.version;
}
