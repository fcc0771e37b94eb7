import type { SchemaFile } from "@gorpc/idl";
import { FileEmitter } from "./emit-file.ts";
import { Formatter } from "./format/formatter.ts";
import type { GeneratedFile } from "./generated-file.ts";
import { defaultTarget, type Target } from "./target.ts";

export type { GeneratedFile } from "./generated-file.ts";
export { generateGo, type GenerateGoOptions } from "./go/index.ts";
export type { ImportExtension, Target } from "./target.ts";

export interface GenerateOptions {
  /**
   * Where each schema's TypeScript goes and how it looks. Also asked for schemas that are only imported.
   * @defaultValue beside the schema, imports ending in `.ts`, Prettier's own style
   */
  readonly target?: (schemaPath: string) => Target;
  /** Called as each file is done. */
  readonly onFile?: (path: string) => void;
}

/**
 * Generates the TypeScript of schemas, one file each, in the same order.
 * @param files - checked schemas: the generator trusts the model
 */
export async function generate(
  files: readonly SchemaFile[],
  { target = defaultTarget, onFile }: GenerateOptions = {},
): Promise<GeneratedFile[]> {
  const emitter = new FileEmitter(target);
  const formatter = new Formatter();
  const generated: GeneratedFile[] = [];
  for (const file of files) {
    const { path, style } = target(file.path);
    generated.push({ path, text: await formatter.format(emitter.emit(file), style) });
    onFile?.(path);
  }
  return generated;
}
