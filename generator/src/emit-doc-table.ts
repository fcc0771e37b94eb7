import type { StatementStructures } from "ts-morph";
import { carriesDocs, documentedIn, importedDocs } from "./documented.ts";
import { emitConst } from "./emit-const.ts";
import type { FileContext } from "./file-context.ts";
import { literal, property } from "./names.ts";

/**
 * The doc comments and deprecations as data: a constant that only documented services refer to, so that a client's bundle leaves
 * them out. No schema can declare its name, and no body has it: bodies' names end in `$`.
 */
export function emitDocTable(context: FileContext): StatementStructures[] {
  const { file } = context;
  if (!carriesDocs(file)) return [];
  const entries = documentedIn(file).map(({ name, doc, deprecated }) => {
    const parts = [
      ...(doc === undefined ? [] : [`doc: ${literal(doc)}`]),
      ...(deprecated === undefined ? [] : [`deprecated: ${literal(deprecated)}`]),
    ];
    const key = name.includes(".") ? literal(name) : name;
    return `${property(key, `{ ${parts.join(", ")} }`)},`;
  });
  const imports = [...importedDocs(context).values()];
  const parts = [
    `package: ${literal(file.package)}`,
    `entries: () => ({\n${entries.join("\n")}\n})`,
    ...(imports.length === 0 ? [] : [`imports: () => [${imports.join(", ")}]`]),
  ];
  return [
    emitConst("$docs", "rpc.Docs", `{ ${parts.join(", ")} }`, {
      isExported: true,
      docs: ["What the schema says to people, for who asks a server what it serves."],
    }),
  ];
}
