import { expect, it } from "vitest";
import { Family } from "./prometheus.ts";

it("a family is HELP, TYPE and a line for each series", () => {
  const family = new Family("calls_total", "counter", "What\nis \\ counted.");
  family.sample({ method: "/a/B", code: "OK" }, 3).sample({ method: '"\\\n' }, 0.5);
  expect(String(family)).toBe(
    [
      "# HELP calls_total What\\nis \\\\ counted.",
      "# TYPE calls_total counter",
      'calls_total{method="/a/B",code="OK"} 3',
      'calls_total{method="\\"\\\\\\n"} 0.5',
      "",
    ].join("\n"),
  );
});

it("a histogram is cumulative, and ends without a bound", () => {
  const family = new Family("seconds", "histogram", "Time.").histogram(
    { m: "x" },
    [0.001, 1],
    [2, 0, 3],
    9.5,
  );
  expect(String(family)).toBe(
    [
      "# HELP seconds Time.",
      "# TYPE seconds histogram",
      'seconds_bucket{m="x",le="0.001"} 2',
      'seconds_bucket{m="x",le="1"} 2',
      'seconds_bucket{m="x",le="+Inf"} 5',
      'seconds_sum{m="x"} 9.5',
      'seconds_count{m="x"} 5',
      "",
    ].join("\n"),
  );
});

it("numbers that are none are written as Prometheus reads them", () => {
  const family = new Family("g", "gauge", "G.");
  for (const value of [NaN, Infinity, -Infinity, 1e21]) family.sample({}, value);
  expect(String(family).split("\n").slice(2, -1)).toEqual(["g{} NaN", "g{} +Inf", "g{} -Inf", "g{} 1e+21"]);
});
