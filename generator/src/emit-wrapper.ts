import type { StatementStructures } from "ts-morph";
import { emitConst } from "./emit-const.ts";
import { fieldReader, readLoop, readNames } from "./emit-read.ts";
import { writeNames, writeValue } from "./emit-write.ts";
import type { FileContext, Wrapped } from "./file-context.ts";
import { describe, schemaText, typeText } from "./types.ts";

/** The codec of a value that needs a message around it: a private constant, in which field 1 holds the value. */
export function emitWrapper(name: string, type: Wrapped, context: FileContext): StatementStructures {
  const text = typeText(type, context);
  return emitConst(
    name,
    `rpc.Body<${text}>`,
    `/* @__PURE__ */ rpc.wrapper({
      type: () => ${describe(type, context)},
      ${writeMethod(type, context)},
      ${readMethod(type, context)},
    })`,
  );
}

function writeMethod(type: Wrapped, context: FileContext): string {
  const names = writeNames(context);
  const statements = writeValue(type, 1, names.value, false, names, context);
  return `write(${names.writer}, ${names.value}) {${context.lines("statements", [statements])}}`;
}

function readMethod(type: Wrapped, context: FileContext): string {
  const names = readNames(context, [type.kind === "list" || type.kind === "map" ? "values" : "value"]);
  const { reader, end, into } = names;
  const destination = { local: names.locals[0]!, initial: into, path: schemaText(type) };
  const { declaration, cases, result } = fieldReader(
    { type, number: 1, optional: false },
    destination,
    names,
    context,
  );
  const statements = [declaration, readLoop(end, cases, names, context), `return ${result};`];
  return `read(${reader}, ${end}, ${into}) {${context.lines("statements", statements)}}`;
}
