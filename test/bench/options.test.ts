import { expect, it } from "vitest";
import { type Options, readOptions, usage } from "./options.ts";

function read(...args: string[]): Options {
  return readOptions(args) ?? expect.fail("it reads a question for help");
}

it("without options everything is measured, in full", () => {
  expect(readOptions([])).toMatchObject({ plan: "full", peers: undefined, json: undefined });
  expect(read().parts).toEqual(
    expect.arrayContaining(["calls", "streams", "codec", "start", "size", "memory"]),
  );
});

it("peers choose the parts that they are in, unless parts are named", () => {
  expect(read("--peers", "avsc,bebop").parts).toEqual(["codec"]);
  expect(read("--peers", "thrift", "--only", "calls, size").parts).toEqual(["calls", "size"]);
});

it("refuses a part and a peer that there is not, and a chart of what is not measured", () => {
  expect(() => readOptions(["--only", "call"])).toThrow('there is no part "call"');
  expect(() => readOptions(["--peers", "gorpc,grpc"])).toThrow('there is no peer "grpc"');
  expect(() => readOptions(["--only", "codec", "--chart", "a.svg"])).toThrow("--chart draws the calls");
  expect(() => readOptions(["--fast"])).toThrow("--fast");
});

it("takes conditions for calls, and refuses what is none", () => {
  expect(read().conditions).toEqual({});
  const given = ["--heap", "64", "--busy", "server"];
  expect(read("--only", "calls", ...given).conditions).toEqual({ heap: 64, busy: "server" });
  expect(() => readOptions(["--only", "codec", ...given])).toThrow("--heap and --busy are for the calls");
  expect(() => readOptions(["--heap", "few"])).toThrow("--heap takes MiB");
  expect(() => readOptions(["--busy", "both"])).toThrow("--busy takes server or client");
});

it.each(["--help", "-h"])("%s asks for the usage, which names every part", (asked) => {
  expect(readOptions(["--quick", asked])).toBeUndefined();
  for (const part of read().parts) expect(usage).toContain(part);
});
