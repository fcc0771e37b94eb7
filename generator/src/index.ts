import type { SchemaFile } from "@gorpc/idl";
import type { GeneratedFile } from "./generated-file.ts";
import { type GenerateOptions, TypeScriptGenerator } from "./typescript-generator.ts";

export type { GeneratedFile } from "./generated-file.ts";
export { generateGo, type GenerateGoOptions } from "./go/index.ts";
export type { ImportExtension, Target } from "./target.ts";
export { type GenerateOptions, TypeScriptGenerator } from "./typescript-generator.ts";

/**
 * Generates the TypeScript of schemas, one file each, in the same order.
 * @param files - checked schemas: the generator trusts the model
 */
export function generate(files: readonly SchemaFile[], options?: GenerateOptions): Promise<GeneratedFile[]> {
  return new TypeScriptGenerator().generate(files, options);
}
