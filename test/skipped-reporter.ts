import type { Reporter, TestModule } from "vitest/node";

/** Lists the tests that did not run, each with its reason: `context.skip("reason")` gives one. */
export class SkippedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines = modules.flatMap((module) =>
      [...module.children.allTests("skipped")].map((test) => {
        const result = test.result();
        const reason = (result.state === "skipped" && result.note) || "no reason given";
        return `  ${module.relativeModuleId} > ${test.fullName}: ${reason}`;
      }),
    );
    if (lines.length > 0) console.log(`\n Skipped:\n${lines.join("\n")}`);
  }
}
