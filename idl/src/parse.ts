/** From a text to its syntax tree, with every mistake of spelling and syntax on the way. */
import type { FileNode } from "./ast.ts";
import { collector, type Problem, type Report } from "./diagnostic.ts";
import { Docs } from "./docs.ts";
import { grammar } from "./grammar/schema.ts";
import type { Span } from "./span.ts";
import { DocComment, tokenize } from "./tokens.ts";

/** Mistakes in a file after which the parser stops. */
export const problemLimit = 200;

class TooManyProblems extends Error {}

export interface Parsed {
  readonly file: FileNode;
  readonly problems: Problem[];
}

export function parse(path: string, text: string): Parsed {
  const problems: Problem[] = [];
  const collect = collector(problems);
  let file!: FileNode;
  const report: Report = (...problem) => {
    collect(...problem);
    if (problems.length >= problemLimit) throw new TooManyProblems();
  };
  const { tokens, comments } = tokenize(text);
  const docs = new Docs(
    text,
    comments.filter(({ tokenType }) => tokenType === DocComment),
  );
  try {
    grammar.parse({ path, text, tokens, docs, report }, (started) => (file = started));
    docs.finish();
  } catch (error) {
    if (!(error instanceof TooManyProblems)) throw error;
    file.lost.rest = true;
    collect("too-many-diagnostics", problems.at(-1)?.span as Span, { limit: problemLimit });
  }
  return { file, problems };
}
