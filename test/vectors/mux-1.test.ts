import { readFileSync, writeFileSync } from "node:fs";
import { format } from "prettier";
import { describe, expect, it, vi } from "vitest";
import { exchanges, handshake, type Step } from "./exchanges.ts";
import { playClient, playServer } from "./play.ts";

// Time stands still, so that what is left of a timeout is always the same.
vi.mock("../../runtime/src/clock.ts", () => ({ now: () => 1_000 }));

const file = new URL("mux-1.json", import.meta.url);

const about =
  "Exchanges of mux/1, in the order in which things happen; runtime/PROTOCOL.md specifies the protocol. " +
  "Bytes are hex and what they are; spaces are for reading, and 78*1000 is the byte 78 a thousand times. " +
  "`tests` names the sides that must write what is written here; the other one is played. " +
  "Where `afterHandshake` is set, the handshake with that codec comes first, as in the first exchange. " +
  "The service is echo.gorpc's, beside this file. " +
  "Generated: UPDATE_VECTORS=1 npx vitest run --config test/vitest.config.ts test/vectors";

const vectors = { about, exchanges };

describe("the test vectors", () => {
  it("are in the file", async () => {
    if (process.env["UPDATE_VECTORS"] === "1") {
      writeFileSync(file, await format(JSON.stringify(vectors), { parser: "json", printWidth: 110 }));
    }
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(JSON.parse(JSON.stringify(vectors)));
  });

  it("have a name each", () => {
    expect(new Set(exchanges.map(({ name }) => name)).size).toBe(exchanges.length);
  });
});

describe("PROTOCOL.md", () => {
  const text = readFileSync(new URL("../../runtime/PROTOCOL.md", import.meta.url), "utf8");

  /** Its blocks of hex of one walk, as parts. */
  const walked = (fence: string): string[][][] =>
    [...text.matchAll(/^```(hex.*?)\n(.*?)^```$/gms)]
      .filter(([, info]) => info === fence)
      .map(([, , block = ""]) =>
        block
          .trimEnd()
          .split("\n")
          .map((row) => row.split(/ {2,}/)),
      );

  const written = (steps: readonly Step[]): unknown[] =>
    steps.flatMap((step) => ("bytes" in step ? [step.bytes] : []));

  it("walks one call as it is in the vectors", () => {
    const call = exchanges.find(({ name }) => name === "call")!;
    expect(walked("hex")).toEqual(written([...handshake(call.codec), ...call.steps]));
  });

  it("walks one stream as it is in the vectors", () => {
    expect(walked("hex stream")).toEqual(
      written(exchanges.find(({ name }) => name === "stream both ways")!.steps),
    );
  });
});

describe("a real server", () => {
  it.each(exchanges.filter(({ tests }) => tests.includes("server")))("$name", async (exchange) => {
    await playClient(exchange);
  });
});

describe("a real channel", () => {
  it.each(exchanges.filter(({ tests }) => tests.includes("client")))("$name", async (exchange) => {
    await playServer(exchange);
  });
});
