/** Comments made of what means something in Markdown or to Go's tools. */
import fc from "fast-check";

const pieces = [
  ..."- |* |+ |1. |2) |• |# |## |#|```|```ts|`````|~~~|    |\t|  | |''|``|'|`|[a]: http://x|[a]:|[a]|http://x.y/''".split(
    "|",
  ),
  ..."{|}|\\|+build|+build linux|go:build x|//|/*|*/|line x|Title Here|A|It's Fine|v1.2|Deprecated: x|word|a".split(
    "|",
  ),
  ..."\uFEFF|\0|\u0085|\u00a0|\u2028|\f|\v|\r|😀|---|===|> |_x_".split("|"),
];

const piece = fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: "grapheme", maxLength: 4 }));
const line = fc.oneof(
  { weight: 1, arbitrary: fc.constant("") },
  { weight: 5, arbitrary: fc.array(piece, { maxLength: 4 }).map((parts) => parts.join("")) },
);

export const randomDoc = fc.array(line, { minLength: 1, maxLength: 7 }).map((lines) => lines.join("\n"));
