import { diagnosticsToJson } from "@gorpc/idl";
import type { Reporter } from "./report.ts";

/** One JSON document on one line of standard output for each run or round. */
export function jsonReporter(stdout: NodeJS.WritableStream): Reporter {
  const print = (document: object) => void stdout.write(`${JSON.stringify(document)}\n`);
  return {
    progress() {
      // A program waits for the end.
    },
    finished({ diagnostics, sources, files, elapsed }) {
      print({ diagnostics: diagnosticsToJson(diagnostics, sources), files, elapsed: Math.round(elapsed) });
    },
    watching(schemas) {
      print({ watching: schemas });
    },
    failed(error) {
      print({ error: error.message });
    },
  };
}
