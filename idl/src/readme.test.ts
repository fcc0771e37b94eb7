import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { messages } from "./diagnostics/messages.ts";
import { formatSource, loadSchemas, renderDiagnostics, scalars, statusCodes } from "./index.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const examples = [...readme.matchAll(/```gorpc\n([^]*?)```/g)].map(([, text]) => text!);

/** What the examples import. */
const money =
  "package shop.money.v1\nenum Currency { 0 EUR }\nmessage Money { 1 cents: int64 }\nerror MoneyLost {}";

describe("the examples of the README", () => {
  it.each(examples.map((text) => [/^package (.*)$/m.exec(text)![1], text]))("%s is right", (_, text) => {
    const host = {
      read: (path: string) => (path === "a.gorpc" ? text : path === "money.gorpc" ? money : undefined),
    };
    const { diagnostics, sources } = loadSchemas(["a.gorpc"], host, { go: true });
    expect(renderDiagnostics(diagnostics, sources, { color: false })).toBe("");
    expect(formatSource(text).text).toBe(text);
  });
});

describe("the tables of the README", () => {
  it("list every diagnostic, and which are warnings", () => {
    const listed = [
      ...readme.slice(readme.indexOf("## Diagnostics")).matchAll(/^\| `([a-z-]+)`( W)? +\|/gm),
    ].map(([, code, warning]) => [code, warning === undefined ? "error" : "warning"]);
    expect(listed).toEqual(Object.entries(messages).map(([code, { severity }]) => [code, severity]));
  });

  it("name every scalar and status code", () => {
    for (const name of [...scalars, ...statusCodes]) expect(readme).toContain(`\`${name}\``);
  });
});
