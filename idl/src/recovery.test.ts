import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadSchemas } from "./index.ts";

// One slip in a good schema, at every place: it must not be taken for several.

const folder = new URL("../test-cases/good/", import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), "utf8");

/** Where the tokens of a text begin and end, comments left out. */
function tokens(text: string): { start: number; end: number }[] {
  const all = text.matchAll(/"(?:[^"\\]|\\.)*"|\/\/.*|->|\.\.|[@+-]?\w+(?:\.\w+)?|\S/g);
  return [...all]
    .filter(([token]) => !token.startsWith("//"))
    .map(({ index, 0: token }) => ({ start: index, end: index + token.length }));
}

/** How many mistakes are found in a file whose text is replaced. */
function mistakes(name: string, text: string): number {
  const { diagnostics } = loadSchemas([name], { read: (path) => (path === name ? text : read(path)) });
  return diagnostics.filter(({ severity, span }) => severity === "error" && span.path === name).length;
}

describe.each(["orders.gorpc", "annotations.gorpc"])("%s", (name) => {
  const text = read(name);
  const places = tokens(text);

  it("has one mistake where a semicolon, or a character of no meaning, is anywhere too much", () => {
    for (const slip of [";", "#"]) {
      for (const { start } of places.slice(1)) {
        const wrong = `${text.slice(0, start)} ${slip} ${text.slice(start)}`;
        expect(mistakes(name, wrong), wrong.slice(start - 20, start + 20)).toBe(1);
      }
    }
  });

  it("has hardly ever more than one where a token is missing", () => {
    const counts = places.map(({ start, end }) =>
      mistakes(name, `${text.slice(0, start)} ${text.slice(end)}`),
    );
    expect(Math.max(...counts)).toBeLessThanOrEqual(3);
    expect(counts.filter((count) => count > 1).length / counts.length).toBeLessThan(0.1);
  });

  it("has hardly ever more than two where a word is too much", () => {
    const counts = places.map(({ start }) =>
      mistakes(name, `${text.slice(0, start)} slip ${text.slice(start)}`),
    );
    expect(counts.every((count) => count > 0)).toBe(true);
    expect(counts.filter((count) => count > 2).length / counts.length).toBeLessThan(0.1);
  });
});
