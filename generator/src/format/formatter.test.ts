import fc from "fast-check";
import type { Options } from "prettier";
import { expect, it } from "vitest";
import { arbitrarySchema } from "../../../idl/test-cases/arbitrary-schema.ts";
import { FileEmitter } from "../emit-file.ts";
import type { EmittedFile } from "../emitted-file.ts";
import { defaultTarget } from "../target.ts";
import { blockText, fillBlocks } from "./blocks.ts";
import { Formatter } from "./formatter.ts";
import { formatText } from "./prettier.ts";

/** All of a file in one text. */
function wholeText({ header, statements, blocks }: EmittedFile): string {
  const fill = (text: string): string => fillBlocks(text, (index) => fill(blockText(blocks[index]!)));
  return `${header}${statements.map(({ text, apart }) => `${apart ? "\n" : ""}${fill(text)}\n`).join("")}`;
}

const style: fc.Arbitrary<Options> = fc.record(
  {
    printWidth: fc.oneof(fc.constantFrom(80, 100, 120), fc.integer({ min: 1, max: 200 })),
    tabWidth: fc.integer({ min: 0, max: 8 }),
    useTabs: fc.boolean(),
    semi: fc.boolean(),
    singleQuote: fc.boolean(),
    quoteProps: fc.constantFrom("as-needed", "consistent", "preserve"),
    trailingComma: fc.constantFrom("all", "es5", "none"),
    bracketSpacing: fc.boolean(),
    objectWrap: fc.constantFrom("preserve", "collapse"),
    arrowParens: fc.constantFrom("always", "avoid"),
    experimentalTernaries: fc.boolean(),
    experimentalOperatorPosition: fc.constantFrom("start", "end"),
  },
  { requiredKeys: [] },
);

/** What was learnt of one file must hold for the next. */
const formatter = new Formatter();

it("formats as Prettier formats whole files, in every style", async () => {
  const random = fc.asyncProperty(arbitrarySchema, style, async (schema, style) => {
    const emitted = new FileEmitter().emit(schema, defaultTarget);
    expect(await formatter.format(emitted, style)).toBe(await formatText(wholeText(emitted), style));
    expect(await formatter.format(emitted, {})).toBe(await formatText(wholeText(emitted), {}));
  });
  await fc.assert(random, { numRuns: 8 });
}, 120_000);
