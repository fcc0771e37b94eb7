/** Diagnostics as data. A {@link Problem} is a code and its parameters; the text is made once, at the end. */
import { clip } from "./clip.ts";
import type { Code, Message, ParametersOf } from "./messages.ts";
import { messages } from "./messages.ts";
import type { Span } from "../span.ts";

export type Severity = "error" | "warning";

/** One mistake in a schema, for a person to read. */
export interface Diagnostic {
  /** Stable: a program may rely on it. */
  readonly code: string;
  readonly severity: Severity;
  /** What is wrong, in one sentence. */
  readonly message: string;
  /** What to do about it, where that is known. */
  readonly help?: string;
  readonly span: Span;
}

/** A mistake found, its text not yet made: suggestions cost time, and only the first few problems are shown. */
export interface Problem {
  readonly code: Code;
  readonly span: Span;
  readonly parameters: unknown;
}

/** Notes a problem; the parameters are those of the code's message. */
export type Report = <C extends Code>(code: C, span: Span, ...parameters: ParametersOf<C>) => void;

/** Problems in the order found, and the function that adds to them. */
export function collector(problems: Problem[]): Report {
  return (code, span, ...[parameters]) => problems.push({ code, span, parameters });
}

export function explain({ code, span, parameters }: Problem): Diagnostic {
  // The types of `Report` tie the parameters to the code; the pair was stored apart.
  const message = messages[code] as Message<unknown>;
  const given = fit(parameters);
  const help = message.help?.(given);
  const base = { code, severity: message.severity, message: message.text(given), span };
  return help === undefined ? base : { ...base, help };
}

/** Longer pieces of a schema are cut where a message quotes them. */
const longestQuote = 200;

/** Parameters with the pieces of the schema in them fit to be shown. */
function fit(value: unknown): unknown {
  if (typeof value === "string") return clip(value, longestQuote);
  if (typeof value === "function") return () => fit((value as () => unknown)());
  if (Array.isArray(value)) return value.map(fit);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, fit(part)]));
}

/** Whether any of the diagnostics is more than a warning. */
export const hasErrors = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some(({ severity }) => severity === "error");
