import { Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { hasColors, TextReporter } from "./report-text.ts";
import type { RunReport } from "./report.ts";

class FakeStream extends Writable {
  text = "";
  isTTY: boolean;

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

const streams = (isTTY: boolean) => {
  const stdout = new FakeStream(isTTY);
  const stderr = new FakeStream(isTTY);
  const asTerminal = (stream: FakeStream) => stream as unknown as NodeJS.WriteStream;
  return { stdout, stderr, reporter: new TextReporter(asTerminal(stdout), asTerminal(stderr)) };
};

const report: RunReport = {
  diagnostics: [],
  sources: new Map(),
  files: [
    { path: "a.ts", status: "written" },
    { path: "b.ts", status: "unchanged" },
    { path: "c.ts", status: "stale", diff: "--- c.ts\n+++ c.ts\n@@ -1 +1 @@\n-old\n+new\n same\n" },
  ],
  elapsed: 1234,
};

beforeEach(() => {
  vi.stubEnv("NO_COLOR", undefined);
  vi.stubEnv("TERM", "xterm");
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

describe("TextReporter", () => {
  it("tells of each file that is not as it was, and sums up", () => {
    const { stdout, stderr, reporter } = streams(false);
    reporter.finished(report);
    expect(stdout.text).toBe(
      "written a.ts\n--- c.ts\n+++ c.ts\n@@ -1 +1 @@\n-old\n+new\n same\nout of date c.ts\n" +
        "1 file written, 1 file unchanged, 1 file out of date in 1.23 s.\n",
    );
    expect(stderr.text).toBe("");
  });

  it("colours on a terminal, unless NO_COLOR is set", () => {
    const colourful = streams(true);
    colourful.reporter.finished(report);
    expect(colourful.stdout.text).toContain("\u001b[32m+new\u001b[39m\n same\n");
    vi.stubEnv("NO_COLOR", "1");
    const plain = streams(true);
    plain.reporter.finished(report);
    expect(plain.stdout.text).not.toContain("\u001b[");
  });

  it("shows progress on a terminal once a run takes long, and wipes it away", () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const { stderr, reporter } = streams(true);
    reporter.progress(1, 50);
    expect(stderr.text).toBe("");
    vi.advanceTimersByTime(1000);
    reporter.progress(12, 50);
    expect(stderr.text).toBe("\r12 of 50 files generated");
    reporter.finished(report);
    expect(stderr.text).toMatch(/\r\u001b\[K$/);
    const piped = streams(false);
    vi.advanceTimersByTime(1000);
    piped.reporter.progress(12, 50);
    expect(piped.stderr.text).toBe("");
  });
});

describe("hasColors", () => {
  it("is false on a dumb terminal", () => {
    vi.stubEnv("TERM", "dumb");
    expect(hasColors(new FakeStream(true) as unknown as NodeJS.WriteStream)).toBe(false);
  });
});
