import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The repository's root. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** Runs a command to its end; resolves with its standard output. Rejects with all output where it fails. */
export function run(
  command: string,
  commandArguments: readonly string[],
  options: { readonly folder: string; readonly ignoreExitCode?: boolean },
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      command,
      commandArguments,
      {
        cwd: options.folder,
        // On Windows npm and what it links are scripts, which only a shell starts.
        shell: process.platform === "win32" && command !== process.execPath,
        timeout: 180_000,
        maxBuffer: 64 * 1024 * 1024,
      },
      (error, stdout, stderr) => {
        if (error === null || options.ignoreExitCode === true) resolve(stdout);
        else
          reject(
            new Error(
              `${command} ${commandArguments.join(" ")} failed: ${error.message}\n${stdout}${stderr}`,
            ),
          );
      },
    );
  });
}
