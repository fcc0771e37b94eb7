/** A fenced block of a Markdown file. */
export interface Snippet {
  /** What it is written in: `ts`, `console`. */
  readonly language: string;
  readonly text: string;
  /** The heading that it stands under. */
  readonly heading: string;
}

/** The fenced blocks of a Markdown text, in order. */
export function snippetsOf(markdown: string): Snippet[] {
  const snippets: Snippet[] = [];
  let heading = "";
  let open: { language: string; lines: string[] } | undefined;
  for (const line of markdown.split("\n")) {
    const fence = /^```(\w*)$/.exec(line);
    if (open === undefined && fence !== null) open = { language: fence[1]!, lines: [] };
    else if (open === undefined) heading = /^#+ (.*)$/.exec(line)?.[1] ?? heading;
    else if (line !== "```") open.lines.push(line);
    else {
      snippets.push({ language: open.language, text: `${open.lines.join("\n")}\n`, heading });
      open = undefined;
    }
  }
  return snippets;
}

/** A file that a snippet gives, by the comment in its first line: `// server.ts`. */
export interface SnippetFile {
  readonly name: string;
  /** Whether it takes the place of the file's last line only. */
  readonly replacesLastLine: boolean;
  readonly text: string;
}

export function fileOf({ text }: Snippet): SnippetFile | undefined {
  const match = /^\/\/ ([\w.-]+)(: instead of the last line)?\n/.exec(text);
  if (match === null) return undefined;
  return { name: match[1]!, replacesLastLine: match[2] !== undefined, text };
}

/** A command that a reader types, and the lines that it then sees. */
export interface Command {
  readonly words: readonly string[];
  readonly prints: readonly string[];
}

export function commandOf({ text }: Snippet): Command {
  const [typed, ...prints] = text.trimEnd().split("\n");
  if (typed?.startsWith("$ ") !== true) throw new Error(`a console block begins with "$ ": ${text}`);
  return { words: typed.slice(2).split(" "), prints };
}
