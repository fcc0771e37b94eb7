import type { MapType } from "@gorpc/idl";
import { type FunctionDeclarationStructure, StructureKind } from "ts-morph";
import { elementOf, hasOwnZero, readElement, requiredSlot, tagOf, wireOf } from "./element.ts";
import { readLoop } from "./emit-read.ts";
import type { FileContext } from "./file-context.ts";
import { typeText } from "./types.ts";

/**
 * A private function that reads an entry into a map: shared by all maps of the type in the file. An entry is a
 * message with the key as field 1 and the value as field 2, and each can be left out.
 */
export function emitEntryReader(
  name: string,
  type: MapType,
  context: FileContext,
): FunctionDeclarationStructure {
  const scope = context.scope();
  const take = (wanted: string) => scope.take(wanted);
  const [reader, map, path, tag] = [take("r"), take("map"), take("path"), take("tag")];
  const [end, key, value] = [take("end"), take("key"), take("value")];
  const keys = elementOf({ kind: "scalar", scalar: type.key }, context);
  const values = elementOf(type.value, context);
  const fallback = { initial: undefined, path, reader };
  const keySlot = requiredSlot(keys, key, fallback, context);
  const valueSlot = requiredSlot(values, value, fallback, context);
  const cases = [
    `case ${tagOf(1, wireOf(keys))}: ${key} = ${readElement(keys, reader)}; break;`,
    `case ${tagOf(2, wireOf(values))}: ${value} = ${readElement(values, reader, value)}; break;`,
  ];
  const entry = `${keySlot.result}, ${valueSlot.result}`;
  return {
    kind: StructureKind.Function,
    name,
    parameters: [
      { name: reader, type: "rpc.Reader" },
      { name: map, type: typeText(type, context) },
      ...(hasOwnZero(values) ? [] : [{ name: path, type: "string" }]),
    ],
    returnType: "void",
    statements: [
      keySlot.declaration,
      valueSlot.declaration,
      `const ${end} = ${reader}.open();`,
      readLoop(end, cases, { reader, tag }, context),
      `${reader}.close();`,
      type.key === "string" ? `rpc.put(${map}, ${entry});` : `${map}.set(${entry});`,
    ],
  };
}
