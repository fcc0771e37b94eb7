import type { SchemaFile } from "@gorpc/idl";
import { FileEmitter } from "./emit-file.ts";
import { createFormatter } from "./formatter.ts";
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
  const formatter = createFormatter(files.reduce((sum, { declarations }) => sum + declarations.length, 0));
  try {
    // Emitted one after the other while threads format what came before.
    return await Promise.all(
      files.map(async (file) => {
        const { path, style } = target(file.path);
        const text = await formatter.format(emitter.emit(file), style);
        onFile?.(path);
        return { path, text };
      }),
    );
  } finally {
    await formatter.close();
  }
}
