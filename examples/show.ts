import { styleText } from "node:util";

const widest = 40;

function bold(text: string): string {
  return process.stdout.isTTY ? styleText("bold", text) : text;
}

/** Begins a part of what is shown. */
export function heading(text: string): void {
  console.log(`\n${bold(text)}`);
}

/** One line of it. */
export function say(text: string): void {
  console.log(`  ${text}`);
}

/** A bar for each server, by its orders. */
export function bars(counts: ReadonlyMap<string, number>): void {
  const most = Math.max(...counts.values());
  for (const [name, each] of [...counts].sort()) {
    say(`${name}  ${"█".repeat(Math.round((each / most) * widest)).padEnd(widest)}  ${count(each)}`);
  }
}

/** A number for people. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}
