import { type Constant, goConstantName, goValueName } from "@gorpc/idl";
import { docComment } from "./doc-comment.ts";
import type { GoFile } from "./go-file.ts";
import { goDuration, goString } from "./literals.ts";
import { goType } from "./types.ts";

export function emitConstant(declaration: Constant, file: GoFile): string[] {
  const { type, value } = declaration;
  const notes =
    Object.is(value, -0) && !isDuration(type) ? ["In the schema it is -0, which no constant of Go is."] : [];
  return [
    ...docComment({ ...declaration, notes }),
    `const ${goConstantName(declaration)} ${goType(type, file)} = ${valueText(declaration, file)}`,
  ];
}

function valueText({ type, value }: Constant, file: GoFile): string {
  if (typeof value === "string") return goString(value);
  if (typeof value === "object") {
    return type.kind === "enum" ? goValueName(type.declaration, value) : String(value.number);
  }
  if (typeof value === "number" && isDuration(type)) return goDuration(value, file);
  return String(value);
}

const isDuration = (type: Constant["type"]): boolean => type.kind === "scalar" && type.scalar === "duration";
