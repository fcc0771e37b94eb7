import { expect, it } from "vitest";
import { barChart } from "./bar-chart.ts";

const chart = barChart("Calls & answers", 'Node "24"', [
  { label: "<ours>", value: 200, text: "200/s", ours: true },
  { label: "theirs", value: 50, text: "50/s", ours: false },
]);

it("bars are as long as their values are large", () => {
  const widths = [...chart.matchAll(/<rect class="(\w+)".* width="([\d.]+)"/g)].map(([, kind, width]) => [
    kind,
    Number(width),
  ]);
  expect(widths).toEqual([
    ["ours", 420],
    ["theirs", 105],
  ]);
});

it("what is text stays text", () => {
  expect(chart).toContain(">&lt;ours&gt;</text>");
  expect(chart).toContain('aria-label="Calls &amp; answers"');
  expect(chart).toContain(">Node &quot;24&quot;</text>");
});
