import type { SchemaFile } from "@gorpc/idl";
import { emissionInput } from "./emission-input.ts";
import { FileEmitter } from "./emit-file.ts";
import { Formatter } from "./format/formatter.ts";
import type { GeneratedFile } from "./generated-file.ts";
import { defaultTarget, type TargetOf } from "./target.ts";

export interface GenerateOptions {
  /**
   * Where each schema's TypeScript goes and how it looks. Also asked for schemas that are only imported.
   * @defaultValue beside the schema, imports ending in `.ts`, Prettier's own style
   */
  readonly target?: TargetOf;
  /** Called as each file is done. */
  readonly onFile?: (path: string) => void;
}

/** A file that was generated, and of what. */
interface Result {
  readonly input: string;
  readonly text: string;
}

/** Generates TypeScript time and again, and only what comes out differently. */
export class TypeScriptGenerator {
  readonly #emitter = new FileEmitter();
  readonly #formatter = new Formatter();
  /** By the schema's path. */
  readonly #results = new Map<string, Result>();

  /**
   * Generates the TypeScript of schemas, one file each, in the same order.
   * @param files - checked schemas: the generator trusts the model
   */
  async generate(
    files: readonly SchemaFile[],
    { target = defaultTarget, onFile }: GenerateOptions = {},
  ): Promise<GeneratedFile[]> {
    const generated: GeneratedFile[] = [];
    for (const file of files) {
      const { path, style } = target(file.path);
      const input = emissionInput(file, target);
      const before = this.#results.get(file.path);
      const text =
        before?.input === input
          ? before.text
          : await this.#formatter.format(this.#emitter.emit(file, target), style);
      this.#results.set(file.path, { input, text });
      generated.push({ path, text });
      onFile?.(path);
    }
    return generated;
  }

  /** Forgets the files of all other schemas. */
  retain(schemas: ReadonlySet<string>): void {
    for (const path of this.#results.keys()) if (!schemas.has(path)) this.#results.delete(path);
  }
}
