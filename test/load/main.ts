/** `npm run load -- [--quick] [--only <part>]`: measures and prints. */
import { parseArgs } from "node:util";
import { measureConnections } from "./connections.ts";
import { floods } from "./floods.ts";
import { measureLargeMessage } from "./large-message.ts";
import { measureFloods } from "./under-flood.ts";

type Part = (quick: boolean) => Promise<void>;

const MiB = 1024 * 1024;

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}

function inMiB(bytes: number): string {
  return `${(bytes / MiB).toFixed(1)} MiB`;
}

const parts: Readonly<Record<string, Part>> = {
  async connections() {
    const count = 5_000;
    const { opened, together, before, during, after } = await measureConnections(count);
    console.log(`\n${count} connections to one process`);
    console.log(`  opened: ${opened.served} served, ${opened.failed.length} failed`);
    console.log(
      `  all calling at once: ${together.served} served, the longest after ${ms(together.longest)}`,
    );
    const each = ((during.held - before.held) / count / 1024).toFixed(1);
    console.log(`  the server holds ${inMiB(during.held - before.held)} more, ${each} KiB each;`);
    console.log(
      `  resident ${inMiB(during.resident)} from ${inMiB(before.resident)}; once they are gone it holds ${inMiB(after.held - before.held)} more`,
    );
  },

  async floods(quick) {
    for (const report of await measureFloods(quick ? 1_500 : 8_000)) {
      const { name, times, others, before, during, after, processor } = report;
      console.log(`\n${times.toLocaleString("en-US")} ${floods[name]!.what}`);
      console.log(
        `  others: ${others.served} calls served, ${others.failed.length} failed; p50 ${ms(others.p50)}, p99 ${ms(others.p99)}`,
      );
      console.log(
        `  the server: ${(processor * 100).toFixed(0)} % of a core, holds ${inMiB(during.held - before.held)} more, afterwards ${inMiB(after.held - before.held)}`,
      );
    }
  },

  async "large-message"(quick) {
    const report = await measureLargeMessage(quick ? 1_500 : 4_000, quick ? 3 : 5);
    const calls = (runs: readonly { served: number }[]): number =>
      runs.reduce((sum, { served }) => sum + served, 0);
    const large = report.with.reduce((sum, run) => sum + run.large, 0);
    console.log("\nSmall calls, 16 at a time, maxMessageBytes raised to 32 MiB");
    console.log(`  alone: p99 ${ms(report.p99Without)} of ${calls(report.without)} calls`);
    console.log(
      `  with a message of 16 MiB there and back always in transit (${large} of them): p99 ${ms(report.p99With)} of ${calls(report.with)} calls`,
    );
    console.log(`  raised by ${ms(report.p99With - report.p99Without)}`);
  },
};

const usage = `npm run load -- [options]
  --quick        shorter runs: under a minute, for a first look
  --only <part>  one of ${Object.keys(parts).join(", ")}`;

function readOptions(): { readonly quick: boolean; readonly names: readonly string[] } {
  try {
    const { values } = parseArgs({ options: { quick: { type: "boolean" }, only: { type: "string" } } });
    const { quick = false, only } = values;
    if (only === undefined) return { quick, names: Object.keys(parts) };
    if (!Object.hasOwn(parts, only)) throw new Error(`there is no part ${JSON.stringify(only)}`);
    return { quick, names: [only] };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}

const { quick, names } = readOptions();
for (const name of names) await parts[name]!(quick);
