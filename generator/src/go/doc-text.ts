/** The text of Go's comments, line by line. */

/** Without the white space around it, as Go sees white space. */
export function goTrim(text: string): string {
  return text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "");
}

/** A comment's text without what Go's compiler refuses in its sources, and gofmt does not keep. */
export function withoutControls(text: string): string {
  return text.replaceAll("\uFEFF", "").replace(/[^\P{Cc}\n\t]/gu, " ");
}

const linkDefinition = /^\[(.*?)\]:[ \t]\p{White_Space}*(?=[a-z]+:\/\/)/u;

/** A line of text, with nothing in it that gofmt would replace or move. */
export function plainLine(line: string): string {
  let text = goTrim(line)
    // Two are a quotation mark of Go's, which it sees in longer runs too.
    .replace(/`{2,}/g, "`")
    .replaceAll("''", '"');
  while (linkDefinition.test(text)) text = text.replace(linkDefinition, "$1: ");
  return goTrim(text);
}
