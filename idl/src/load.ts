/** From paths to resolved files: reads, parses, follows imports, resolves and checks. */
import { posix } from "node:path";
import type { ImportNode } from "./syntax/ast.ts";
import { check } from "./check/index.ts";
import { collector, type Diagnostic, explain, type Problem } from "./diagnostics/diagnostic.ts";
import { parse, type Parsed, problemLimit } from "./syntax/parse.ts";
import { resolve } from "./resolve/resolve.ts";
import type { SchemaFile } from "./schema.ts";
import type { ImportedUnit, Unit } from "./resolve/unit.ts";

/** Where the text of schemas comes from: a file system, or a map of texts in a test. */
export interface SourceHost {
  /** The text at a path with forward slashes; undefined where there is no such file. */
  read(path: string): string | undefined;
}

export interface LoadOptions {
  /** Checks names on the Go side too. */
  readonly go?: boolean;
}

export interface LoadResult {
  /** The entries in the order given, then what they import. Meant for use only where there are no errors. */
  readonly files: SchemaFile[];
  /** In the order of the files, then of the source. */
  readonly diagnostics: Diagnostic[];
  /** The text of every file that could be read. */
  readonly sources: ReadonlyMap<string, string>;
}

/**
 * Loads schemas and all they import. An import's path is relative to the file it stands in.
 * Never throws for any text: what is wrong is a diagnostic.
 */
export function loadSchemas(
  paths: readonly string[],
  host: SourceHost,
  options: LoadOptions = {},
): LoadResult {
  return new SchemaLoader().load(paths, host, options);
}

/** Loads schemas time and again, and parses only what has changed since the last time. */
export class SchemaLoader {
  #parsed: ReadonlyMap<string, ParsedText> = new Map();

  /** As {@link loadSchemas} does. */
  load(paths: readonly string[], host: SourceHost, options: LoadOptions = {}): LoadResult {
    const loader = new Loader(host, this.#parsed);
    const missing: Diagnostic[] = [];
    for (const path of paths.map((path) => posix.normalize(path))) {
      if (loader.load(path) !== undefined) continue;
      const span = { path, start: 0, end: 0 };
      missing.push(explain({ code: "file-not-found", span, parameters: { path } }));
    }
    loader.followImports();
    this.#parsed = loader.parsed;
    const units = [...loader.units.values()].filter((unit) => unit !== undefined);
    resolve(units);
    check(units, options);
    return {
      files: units.map(({ model }) => model),
      diagnostics: [...missing, ...units.flatMap((unit) => shown(unit).map(explain))],
      sources: new Map(units.map(({ model, text }) => [model.path, text])),
    };
  }
}

/** A text, and what came of parsing it: later steps add to neither. */
interface ParsedText {
  readonly text: string;
  readonly parsed: Parsed;
}

/** The first problems of a file in source order, and a last one where there are more. */
function shown({ problems, ast }: Unit): Problem[] {
  const sorted = [...problems].sort((one, other) => one.span.start - other.span.start);
  const first = sorted.slice(0, problemLimit);
  const { rest } = ast.lost;
  if (rest || sorted.length > problemLimit) {
    const { span } = first.at(-1)!;
    first.push({ code: "too-many-diagnostics", span, parameters: { limit: problemLimit, read: !rest } });
  }
  return first;
}

class Loader {
  /** By path, in the order met; undefined for a file that is not there. */
  readonly units = new Map<string, (Unit & { imports: ImportedUnit[] }) | undefined>();
  readonly parsed = new Map<string, ParsedText>();
  readonly #host: SourceHost;
  readonly #before: ReadonlyMap<string, ParsedText>;
  readonly #incomplete: Unit["incomplete"] = new Set();

  /** @param before - what was parsed earlier, by path */
  constructor(host: SourceHost, before: ReadonlyMap<string, ParsedText>) {
    this.#host = host;
    this.#before = before;
  }

  load(path: string): Unit | undefined {
    if (!this.units.has(path)) {
      const text = this.#host.read(path);
      this.units.set(path, text === undefined ? undefined : this.#unit(path, text));
    }
    return this.units.get(path);
  }

  /** Loads what the files import, and what those import: files added on the way are met by the same loop. */
  followImports(): void {
    for (const unit of this.units.values()) {
      for (const node of unit?.ast.imports ?? [])
        unit?.imports.push({ node, unit: this.#follow(node, unit) });
    }
  }

  #follow({ specifier }: ImportNode, from: Unit): Unit | undefined {
    if (specifier === undefined) return undefined;
    if (!/^\.\.?\/[^\u0000-\u001f\\]*\.gorpc$/.test(specifier.value)) {
      from.report("bad-import-path", specifier.span, { specifier: specifier.value });
      return undefined;
    }
    const path = posix.join(posix.dirname(from.model.path), specifier.value);
    const unit = this.load(path);
    if (unit === undefined) from.report("file-not-found", specifier.span, { path });
    else if (unit === from) from.report("self-import", specifier.span);
    return unit === from ? undefined : unit;
  }

  #parse(path: string, text: string): Parsed {
    const before = this.#before.get(path);
    const parsed = before?.text === text ? before.parsed : parse(path, text);
    this.parsed.set(path, { text, parsed });
    return parsed;
  }

  #unit(path: string, text: string): Unit & { imports: ImportedUnit[] } {
    const { file, problems: found } = this.#parse(path, text);
    const problems = [...found];
    const { name = "", doc } = file.packages[0] ?? {};
    return {
      ast: file,
      text,
      problems,
      report: collector(problems),
      model: { path, package: name, doc, imports: [], declarations: [] },
      imports: [],
      declared: new Map(),
      own: new Map(),
      incomplete: this.#incomplete,
      scope: new Map(),
      used: new Set(),
    };
  }
}
