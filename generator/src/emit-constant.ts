import type { Constant } from "@gorpc/idl";
import type { StatementStructures } from "ts-morph";
import { emitConst } from "./emit-const.ts";
import { docs } from "./emit-doc.ts";
import type { FileContext } from "./file-context.ts";
import { literal } from "./names.ts";
import { typeText } from "./types.ts";

/** A constant, its value written out: nothing is read when the file loads. */
export function emitConstant(declaration: Constant, context: FileContext): StatementStructures[] {
  const type = typeText(declaration.type, context);
  return [
    emitConst(declaration.name, type, valueText(declaration.value), {
      isExported: true,
      docs: docs(declaration),
    }),
  ];
}

function valueText(value: Constant["value"]): string {
  if (typeof value === "string") return literal(value);
  if (typeof value === "object") return String(value.number);
  if (typeof value === "bigint") return `${value}n`;
  return Object.is(value, -0) ? "-0" : String(value);
}
