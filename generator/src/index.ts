import type { SchemaFile } from "@gorpc/idl";
import { FileEmitter } from "./emit-file.ts";
import { formatText } from "./format.ts";
import { defaultTarget, type Target } from "./target.ts";

export type { ImportExtension, Target } from "./target.ts";

export interface GeneratedFile {
  /** The target's path. */
  readonly path: string;
  readonly text: string;
}

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
  const generated: GeneratedFile[] = [];
  for (const file of files) {
    const place = target(file.path);
    generated.push({ path: place.path, text: await formatText(emitter.emit(file), place) });
    onFile?.(place.path);
  }
  return generated;
}
