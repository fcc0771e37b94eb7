/**
 * What a type of the schema is in Go, as far as gob can tell: the names of fields, and which types are one and the
 * same, since a type is defined once on a stream.
 */
import { EncodeError } from "../../errors.ts";
import { goName } from "../../schema/go-name.ts";
import type { EnumType, Field, MapKeyName, ScalarName } from "../../schema/types.ts";
import type { Described } from "../explain.ts";

/** A struct that no schema declares: a protocol's header. */
export interface StructFields {
  readonly kind: "struct";
  readonly typeName: string;
  readonly fields: readonly Field[];
}

/** What gob can write and read. */
export type GobType = Described | StructFields;

/** What gob calls the types that it need not define. */
export type BasicKind = "bool" | "int" | "uint" | "float" | "bytes" | "string";

export interface GoBasic {
  readonly kind: BasicKind;
  /** As Go prints it. */
  readonly text: string;
  /** The narrowest type of the schema with this range. */
  readonly scalar: ScalarName;
}

/** `time.Time`, which encodes itself. */
export interface GoTime {
  readonly kind: "time";
  readonly text: string;
}

export interface GoSlice {
  readonly kind: "slice";
  readonly text: string;
  readonly element: GoType;
}

export interface GoMap {
  readonly kind: "map";
  readonly text: string;
  readonly key: GoBasic;
  readonly value: GoType;
  /** Whether it is an ordinary object here. */
  readonly record: boolean;
}

export interface GoField {
  /** The name in Go. */
  readonly name: string;
  readonly type: GoType;
  /** What it is here; undefined for the field of a union that tells which member is set. */
  readonly field: Field | undefined;
}

export interface GoStruct {
  readonly kind: "struct";
  readonly text: string;
  /** As errors name it. */
  readonly typeName: string;
  /** Whether it stands for a union: a number called `Kind`, and a pointer for each member. */
  readonly union: boolean;
  /** @throws EncodeError where a field cannot be exported in Go, or two are the same there */
  readonly fields: readonly GoField[];
}

export type GoType = GoBasic | GoTime | GoSlice | GoMap | GoStruct;

const basic = (kind: BasicKind, text: string, scalar: ScalarName): GoBasic => ({ kind, text, scalar });

const int32 = basic("int", "int32", "int32");
const int64 = basic("int", "int64", "int64");
const uint32 = basic("uint", "uint32", "uint32");
const uint64 = basic("uint", "uint64", "uint64");
const time: GoTime = { kind: "time", text: "time.Time" };

const scalars: Readonly<Record<ScalarName, GoBasic | GoTime>> = {
  bool: basic("bool", "bool", "bool"),
  string: basic("string", "string", "string"),
  bytes: basic("bytes", "[]uint8", "bytes"),
  int: basic("int", "int", "int"),
  int32,
  sint32: int32,
  sfixed32: int32,
  uint32,
  fixed32: uint32,
  int64,
  sint64: int64,
  sfixed64: int64,
  uint64,
  fixed64: uint64,
  float32: basic("float", "float32", "float32"),
  float64: basic("float", "float64", "float64"),
  timestamp: time,
  duration: basic("int", "time.Duration", "duration"),
};

/** The number of the member that is set. */
const kindField: GoField = { name: "Kind", type: basic("int", "int", "int32"), field: undefined };

class Struct implements GoStruct {
  readonly kind = "struct";
  readonly text: string;
  readonly typeName: string;
  readonly union: boolean;
  private readonly described: () => readonly Field[];
  private found: readonly GoField[] | undefined;

  constructor(typeName: string, union: boolean, described: () => readonly Field[]) {
    this.text = lastPart(typeName);
    this.typeName = typeName;
    this.union = union;
    this.described = described;
  }

  /** Not before they are asked for: types may refer to each other in any order, and in circles. */
  get fields(): readonly GoField[] {
    if (this.found === undefined) {
      const fields = this.described().map((field) => goField(this.typeName, field));
      this.found = this.union ? [kindField, ...fields] : fields;
      refuseClashes(this.typeName, this.found);
    }
    return this.found;
  }
}

const exported = /^\p{Lu}/u;

function goField(typeName: string, field: Field): GoField {
  const name = field.go ?? goName(field.name);
  if (!exported.test(name)) {
    throw new EncodeError(
      `${typeName}.${field.name} has no name that Go exports, which @go("Name") would give it`,
    );
  }
  return { name, type: goType(field.type), field };
}

function refuseClashes(typeName: string, fields: readonly GoField[]): void {
  const names = new Set(fields.map(({ name }) => name));
  if (names.size === fields.length) return;
  const twice = fields.find(({ name }) => !names.delete(name))!.name;
  throw new EncodeError(
    `${typeName} has two fields that are ${twice} in Go; @go("Name") gives one another name`,
  );
}

const nothing: GoStruct = new Struct("", false, () => []);
const structs = new WeakMap<object, GoStruct>();
const enums = new WeakMap<EnumType["values"], GoBasic>();
const slices = new WeakMap<GoType, GoSlice>();
const maps = new WeakMap<GoType, Map<MapKeyName, GoMap>>();

/** The type of Go's that a type of the schema is; the same one for types that are the same in Go. */
export function goType(type: GobType): GoType {
  if (type === undefined) return nothing;
  if (typeof type === "string") return scalars[type];
  switch (type.kind) {
    case "enum":
      return remember(enums, type.values, () => basic("int", lastPart(type.typeName), "int32"));
    case "list":
      return sliceOf(goType(type.element));
    case "map":
      return mapOf(type.key, goType(type.value));
    // By their bodies: described by hand, types may refer to codecs, as `list(Order)` does; generated ones refer to bodies.
    case "union":
      return remember(structs, type.type, () => new Struct(type.typeName, true, () => type.members));
    case "message":
      return remember(structs, type.type, () => new Struct(type.typeName, false, () => type.fields));
    default:
      return remember(structs, type, () => new Struct(type.typeName, false, () => type.fields));
  }
}

function sliceOf(element: GoType): GoSlice {
  return remember(slices, element, () => ({ kind: "slice", text: `[]${element.text}`, element }));
}

function mapOf(key: MapKeyName, value: GoType): GoMap {
  const goKey = scalars[key] as GoBasic;
  const byKey = remember(maps, value, () => new Map<MapKeyName, GoMap>());
  const name = goKey.scalar as MapKeyName;
  let found = byKey.get(name);
  if (found === undefined) {
    const text = `map[${goKey.text}]${value.text}`;
    byKey.set(name, (found = { kind: "map", text, key: goKey, value, record: key === "string" }));
  }
  return found;
}

function remember<K extends object, V>(known: WeakMap<K, V>, key: K, make: () => V): V {
  let value = known.get(key);
  if (value === undefined) known.set(key, (value = make()));
  return value;
}

function lastPart(typeName: string): string {
  return typeName.slice(typeName.lastIndexOf(".") + 1);
}
