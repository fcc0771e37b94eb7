import type { SchemaFile } from "@gorpc/idl";
import type { GeneratedFile } from "../generated-file.ts";
import { emitGoFile } from "./emit-file.ts";
import { goFileName } from "./file-name.ts";

export interface GenerateGoOptions {
  /** The name of the package that all of them make. */
  readonly packageName: string;
  /**
   * Where each schema's Go goes; all of it in one folder, as a package is.
   * @defaultValue the file's name alone
   */
  readonly target?: (schemaPath: string) => string;
  /** Called as each file is done. */
  readonly onFile?: (path: string) => void;
}

/**
 * Generates the Go of schemas, one file each, in the same order. It uses Go's standard library and nothing else.
 * @param files - schemas that were checked with the option `go`: the generator trusts the model
 */
export function generateGo(
  files: readonly SchemaFile[],
  { packageName, target = goFileName, onFile }: GenerateGoOptions,
): GeneratedFile[] {
  return files.map((file) => {
    const path = target(file.path);
    onFile?.(path);
    return { path, text: emitGoFile(file, packageName) };
  });
}
