import { goName, type Field, type Scalar, type Type } from "@gorpc/idl";
import type { GoFile } from "./go-file.ts";

const scalars: Readonly<Record<Scalar, string | ((file: GoFile) => string)>> = {
  bool: "bool",
  string: "string",
  bytes: "[]byte",
  int: "int",
  int32: "int32",
  uint32: "uint32",
  sint32: "int32",
  fixed32: "uint32",
  sfixed32: "int32",
  int64: "int64",
  uint64: "uint64",
  sint64: "int64",
  fixed64: "uint64",
  sfixed64: "int64",
  float32: "float32",
  float64: "float64",
  timestamp: (file) => `${file.use("time")}.Time`,
  duration: (file) => `${file.use("time")}.Duration`,
};

/** A type as Go spells it. All declarations are in one package: an imported one needs no prefix. */
export function goType(type: Type, file: GoFile): string {
  switch (type.kind) {
    case "scalar":
      return scalarType(type.scalar, file);
    case "list":
      return `[]${goType(type.element, file)}`;
    case "map":
      return `map[${scalarType(type.key, file)}]${goType(type.value, file)}`;
    case "enum":
    case "message":
    case "union":
      return goName(type.declaration.name);
  }
}

/** The type of a struct's field: a pointer where absence is kept. */
export function goFieldType({ type, optional }: Field, file: GoFile): string {
  return `${optional ? "*" : ""}${goType(type, file)}`;
}

function scalarType(scalar: Scalar, file: GoFile): string {
  const type = scalars[scalar];
  return typeof type === "string" ? type : type(file);
}
