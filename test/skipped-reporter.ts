import type { Reporter, TestCase, TestModule, Vitest } from "vitest/node";

/** Lists the tests that did not run, each with its reason: `context.skip("reason")` gives one. */
export class SkippedReporter implements Reporter {
  #chosenByName = false;

  onInit(vitest: Vitest): void {
    this.#chosenByName = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines = modules.flatMap((module) =>
      [...module.children.allTests("skipped")]
        .filter((test) => this.#isMeant(test))
        .map(
          (test) => `  ${module.relativeModuleId} > ${test.fullName}: ${noteOf(test) ?? "no reason given"}`,
        ),
    );
    if (lines.length > 0) console.log(`\n Skipped:\n${lines.join("\n")}`);
  }

  /** Not those that a failed `beforeAll` or `--testNamePattern` left out. */
  #isMeant(test: TestCase): boolean {
    return noteOf(test) !== undefined || (test.options.mode === "skip" && !this.#chosenByName);
  }
}

function noteOf(test: TestCase): string | undefined {
  const result = test.result();
  return result.state === "skipped" ? result.note : undefined;
}
