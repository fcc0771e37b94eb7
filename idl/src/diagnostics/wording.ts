/** What the texts of diagnostics have in common. */

/** A name that may have been meant; worked out only when the diagnostic is shown. */
export type Suggestion = () => string | undefined;

export const didYouMean = ({ suggestion }: { suggestion: Suggestion }): string | undefined => {
  const name = suggestion();
  return name === undefined ? undefined : `did you mean \`${name}\`?`;
};

export const prefixed = (prefix: string, name: string | undefined): string | undefined =>
  name === undefined ? undefined : prefix + name;

export const withArticle = (noun: string): string => `${/^(?!union)[aeior]/.test(noun) ? "an" : "a"} ${noun}`;

/** A name that means nothing in its file. */
export interface Unknown {
  readonly name: string;
  /** The imported file that declares the name, as the import writes it. */
  readonly importable: Suggestion;
  readonly suggestion: Suggestion;
}

export function advise({ name, importable, suggestion }: Unknown): string | undefined {
  const specifier = importable();
  return specifier === undefined
    ? didYouMean({ suggestion })
    : `import it: \`import { ${name} } from "${specifier}"\``;
}

/** A path that would do, where it can be told. */
export function importAdvice(specifier: string): string | undefined {
  const isRelative = /^\.\.?\//.test(specifier);
  if (specifier === "" || (!isRelative && /^[/\\]|^\w+:/.test(specifier))) return undefined;
  const file = specifier.endsWith(".gorpc") ? specifier : `${specifier}.gorpc`;
  return `did you mean \`${isRelative ? file : `./${file}`}\`?`;
}

export const errorFieldSuggestion = (name: string): string =>
  `error${name.replace(/^_+|_+$/g, "").replace(/^./, (first) => first.toUpperCase())}`;

/** How many steps of a long way are shown at each end. */
const shownSteps = 3;

export function chain(path: readonly string[]): string {
  const steps = path.map((step) => `\`${step}\``);
  if (steps.length > 2 * shownSteps) steps.splice(shownSteps, steps.length - 2 * shownSteps, "...");
  return `itself by way of ${steps.join(", ")}`;
}

/** What helps where two names are one on the Go side. */
export const goRemedies = {
  annotate: 'give one of the two another name: `@go("Name")`',
  rename: "rename one of the two",
  separate:
    "rename one of the two, or generate the two files apart: what is generated together is one Go package",
} as const;
