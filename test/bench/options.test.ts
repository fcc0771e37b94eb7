import { expect, it } from "vitest";
import { readOptions } from "./options.ts";

it("without options everything is measured, in full", () => {
  expect(readOptions([])).toMatchObject({ plan: "full", peers: undefined, json: undefined });
  expect(readOptions([]).parts).toEqual(
    expect.arrayContaining(["calls", "streams", "codec", "start", "size", "memory"]),
  );
});

it("peers choose the parts that they are in, unless parts are named", () => {
  expect(readOptions(["--peers", "avsc,bebop"]).parts).toEqual(["codec"]);
  expect(readOptions(["--peers", "thrift", "--only", "calls, size"]).parts).toEqual(["calls", "size"]);
});

it("refuses a part and a peer that there is not, and a chart of what is not measured", () => {
  expect(() => readOptions(["--only", "call"])).toThrow('there is no part "call"');
  expect(() => readOptions(["--peers", "gorpc,grpc"])).toThrow('there is no peer "grpc"');
  expect(() => readOptions(["--only", "codec", "--chart", "a.svg"])).toThrow("--chart draws the calls");
  expect(() => readOptions(["--fast"])).toThrow("--fast");
});

it("takes conditions for calls, and refuses what is none", () => {
  expect(readOptions([]).conditions).toEqual({});
  const given = ["--heap", "64", "--busy", "server"];
  expect(readOptions(["--only", "calls", ...given]).conditions).toEqual({ heap: 64, busy: "server" });
  expect(() => readOptions(["--only", "codec", ...given])).toThrow("--heap and --busy are for the calls");
  expect(() => readOptions(["--heap", "few"])).toThrow("--heap takes MiB");
  expect(() => readOptions(["--busy", "both"])).toThrow("--busy takes server or client");
});
