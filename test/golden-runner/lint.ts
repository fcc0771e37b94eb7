import { ESLint } from "eslint";
import tseslint from "typescript-eslint";

/** What a linter's recommended rules say of files, a line each. */
export async function lintProblems(paths: readonly string[], cwd: string): Promise<string[]> {
  const eslint = new ESLint({
    cwd,
    overrideConfigFile: true,
    overrideConfig: [
      ...tseslint.configs.recommended,
      { linterOptions: { reportUnusedDisableDirectives: "error" } },
    ],
  });
  const results = await eslint.lintFiles([...paths]);
  return results.flatMap(({ filePath, messages }) =>
    messages.map(({ line, message, ruleId }) => `${filePath}:${line} ${message} (${ruleId})`),
  );
}
