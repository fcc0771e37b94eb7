/** The packages of Go's standard library that generated code uses, by the name that it calls them. */
const packages = {
  context: "context",
  fmt: "fmt",
  rpc: "net/rpc",
  strconv: "strconv",
  time: "time",
} as const;

/** One Go file while it is written: what it must import. */
export class GoFile {
  readonly #used = new Set<keyof typeof packages>();

  /** A package's name, for an expression or a type; the file then imports it. */
  use(name: keyof typeof packages): string {
    this.#used.add(name);
    return name;
  }

  /** The lines that import what was used. */
  imports(): string[] {
    const paths = [...this.#used].map((name) => `"${packages[name]}"`).sort();
    if (paths.length <= 1) return paths.map((path) => `import ${path}`);
    return ["import (", ...paths.map((path) => `\t${path}`), ")"];
  }
}
