/** From a text to its syntax tree, with every mistake of spelling, syntax and layout on the way. */
import type { IToken } from "chevrotain";
import type { FileNode } from "./ast.ts";
import { collector, type Problem, type Report } from "../diagnostics/diagnostic.ts";
import { Docs } from "./docs.ts";
import { grammar } from "./grammar/grammar.ts";
import { checkLayout } from "./layout.ts";
import { repair } from "./repair.ts";
import { DocComment, endOf, tokenize, UnterminatedComment } from "./tokens.ts";
import { hasLineBreak } from "./white-space.ts";

/** Mistakes in a file after which the parser stops, and after which no more are shown. */
export const problemLimit = 200;

class TooManyProblems extends Error {}

export interface Parsed {
  readonly file: FileNode;
  /** In no particular order. */
  readonly problems: readonly Problem[];
}

/** Parses a text. Never throws: what cannot be read is reported and left out. */
export function parse(path: string, text: string): Parsed {
  const problems: Problem[] = [];
  const collect = collector(problems);
  const report: Report = (...problem) => {
    collect(...problem);
    if (problems.length >= problemLimit) throw new TooManyProblems();
  };
  const { tokens, comments } = tokenize(text);
  const file = grammar.begin(path);
  try {
    const docs = new Docs(text, readComments(path, text, tokens, comments, report));
    grammar.parse({ path, text, tokens: repair(tokens, { path, text, report }), docs, report });
    docs.finish();
    for (const { startOffset: start, image } of docs.dangling) {
      report("dangling-doc", { path, start, end: start + image.length });
    }
    checkLayout(file, text, report);
  } catch (error) {
    if (!(error instanceof TooManyProblems)) throw error;
    file.lost.some = file.lost.rest = true;
  }
  return { file, problems };
}

/** The doc comments that have a line of their own; the others are reported. */
function readComments(
  path: string,
  text: string,
  tokens: readonly IToken[],
  comments: readonly IToken[],
  report: Report,
): IToken[] {
  const docs: IToken[] = [];
  let next = 0;
  for (const comment of comments) {
    const { tokenType, startOffset: start } = comment;
    if (tokenType === UnterminatedComment) report("unterminated-comment", { path, start, end: start + 2 });
    if (tokenType !== DocComment) continue;
    while (next < tokens.length && tokens[next]!.startOffset < start) next++;
    const before = tokens[next - 1];
    if (before === undefined || hasLineBreak(text.slice(endOf(before), start))) docs.push(comment);
    else report("doc-behind-code", { path, start, end: endOf(comment) });
  }
  return docs;
}
