import type { Options } from "prettier";

/** How generated files import each other: `./money.gorpc.ts`, `./money.gorpc.js` or `./money.gorpc`. */
export type ImportExtension = "ts" | "js" | "none";

export const importExtensions: readonly ImportExtension[] = ["ts", "js", "none"];

/** How generated files import the runtime, where nothing else is asked for. */
export const defaultRuntimeImport = "@gorpc/runtime";

/** What decides how one schema's TypeScript looks and where it goes. */
export interface Target {
  /** The output's path, with forward slashes, absolute or relative to the same folder as all others. */
  readonly path: string;
  readonly importExtension: ImportExtension;
  /**
   * How it imports the runtime, word for word.
   * @defaultValue `@gorpc/runtime`
   */
  readonly runtimeImport?: string;
  /** Prettier's options, as the project has them. */
  readonly style: Options;
}

/** The target of each schema. */
export type TargetOf = (schemaPath: string) => Target;

/** Beside the schema, as Node runs it, in Prettier's own style. */
export function defaultTarget(schemaPath: string): Target {
  return { path: outputName(schemaPath), importExtension: "ts", style: {} };
}

/** `orders.gorpc` becomes `orders.gorpc.ts`. */
export function outputName(schemaPath: string): string {
  return `${schemaPath}.ts`;
}
