import { format } from "prettier";
import type { Target } from "./target.ts";

/** Formats TypeScript in a target's style. */
export function formatText(text: string, { style }: Target): Promise<string> {
  return format(text, { ...style, parser: "typescript", plugins: [] });
}
