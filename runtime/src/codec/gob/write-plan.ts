import { isFloat32, isInt32, isUint32 } from "../../bytes/ranges.ts";
import { refuse } from "../../bytes/refuse.ts";
import { isDuration, splitDuration } from "../../bytes/time.ts";
import { maxDepth } from "../../bytes/wire.ts";
import type { Writer } from "../../bytes/writer.ts";
import { EncodeError } from "../../errors.ts";
import { entries, items, keys } from "../../schema/collections.ts";
import { fieldValue } from "../../schema/field-value.ts";
import type { ScalarName } from "../../schema/types.ts";
import { putText } from "./definitions.ts";
import type { GoBasic, GoField, GoMap, GoSlice, GoStruct, GoType } from "./go-type.ts";
import { putBigInt, putBigUint, putFloat, putInt, putUint } from "./numbers.ts";
import { encodeTime, zeroTimeMs } from "./time.ts";

/** How values of one type are written; made once per type. */
export interface WritePlan {
  /** Appends a value, zero or not. */
  write(this: void, writer: Writer, value: unknown, depth: number): void;
  /** Whether a struct leaves the value out, as Go does. */
  isZero(this: void, value: unknown): boolean;
}

const plans = new WeakMap<GoType, WritePlan>();

/** The plan of a type. */
export function writePlan(type: GoType): WritePlan {
  let plan = plans.get(type);
  if (plan === undefined) plans.set(type, (plan = planOf(type)));
  return plan;
}

function planOf(type: GoType): WritePlan {
  switch (type.kind) {
    case "struct":
      return type.union ? unionPlan(type) : structPlan(type);
    case "slice":
      return slicePlan(type);
    case "map":
      return mapPlan(type);
    case "time":
      return { write: writeTime, isZero: (value) => value instanceof Date && value.getTime() === zeroTimeMs };
    default:
      return basicPlan(type);
  }
}

function tooDeep(): never {
  throw new EncodeError(`the value nests deeper than ${maxDepth} levels, or in a circle`);
}

interface FieldPlan {
  readonly name: string;
  /** Whether every object inherits something of this name. */
  readonly inherited: boolean;
  readonly optional: boolean;
  readonly plan: WritePlan;
}

const never = (): boolean => false;

function structPlan(type: GoStruct): WritePlan {
  // Made when a value comes: the type may hold itself.
  let fields: readonly FieldPlan[] | undefined;
  return {
    isZero: never,
    write(writer, value, depth) {
      if (depth === maxDepth) tooDeep();
      fields ??= type.fields.map(fieldPlan);
      if (fields.length > 0 && (typeof value !== "object" || value === null)) refuse(value, "an object");
      const message = value as Readonly<Record<string, unknown>>;
      let last = -1;
      for (let index = 0; index < fields.length; index++) {
        const { name, inherited, optional, plan } = fields[index]!;
        const content = inherited ? fieldValue(message, name) : message[name];
        // A zero that is there is written: Go's own encoder would lose it.
        if (optional ? content === undefined : plan.isZero(content)) continue;
        putUint(writer, index - last);
        last = index;
        plan.write(writer, content, depth + 1);
      }
      writer.byte(0);
    },
  };
}

function fieldPlan({ field, type }: GoField): FieldPlan {
  const { name, optional } = field!;
  return { name, inherited: name in Object.prototype, optional: optional === true, plan: writePlan(type) };
}

function unionPlan(type: GoStruct): WritePlan {
  return {
    isZero: never,
    write(writer, value, depth) {
      if (depth === maxDepth) tooDeep();
      if (typeof value !== "object" || value === null) refuse(value, "an object with kind and value");
      const { kind, value: content } = value as { kind?: unknown; value?: unknown };
      const index = type.fields.findIndex(({ field }) => field !== undefined && field.name === kind);
      if (index === -1) {
        if (kind === "unknown")
          throw new EncodeError("a member of a union that the schema does not know has no form in gob");
        refuse(kind, "a member of the union");
      }
      const { field, type: member } = type.fields[index]!;
      writer.byte(1);
      putInt(writer, field!.number);
      putUint(writer, index);
      writePlan(member).write(writer, content, depth + 1);
      writer.byte(0);
    },
  };
}

function slicePlan(type: GoSlice): WritePlan {
  let element: WritePlan | undefined;
  return {
    isZero: (value) => Array.isArray(value) && value.length === 0,
    write(writer, value, depth) {
      if (depth === maxDepth) tooDeep();
      const { write } = (element ??= writePlan(type.element));
      const list = items(value as readonly unknown[]);
      putUint(writer, list.length);
      for (let index = 0; index < list.length; index++) write(writer, list[index], depth + 1);
    },
  };
}

function mapPlan(type: GoMap): WritePlan {
  const key = writePlan(type.key);
  let element: WritePlan | undefined;
  return {
    isZero: (value) => (type.record ? isEmptyRecord(value) : value instanceof Map && value.size === 0),
    write(writer, value, depth) {
      if (depth === maxDepth) tooDeep();
      const { write } = (element ??= writePlan(type.value));
      if (type.record) {
        const record = value as Readonly<Record<string, unknown>>;
        const names = keys(record);
        putUint(writer, names.length);
        for (const name of names) {
          key.write(writer, name, depth);
          write(writer, record[name], depth + 1);
        }
      } else {
        const map = entries(value as ReadonlyMap<unknown, unknown>);
        putUint(writer, map.size);
        for (const [name, item] of map) {
          key.write(writer, name, depth);
          write(writer, item, depth + 1);
        }
      }
    },
  };
}

function isEmptyRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && keys(value as Record<string, unknown>).length === 0;
}

const isZeroInteger = (value: unknown): boolean => value === 0;
const isZeroBigint = (value: unknown): boolean => value === 0n;
// -0 is a value, which Go's own encoder loses.
const isZeroFloat = (value: unknown): boolean => Object.is(value, 0);

const basics: Partial<Record<ScalarName, WritePlan>> = {
  bool: {
    isZero: (value) => value === false,
    write(writer, value) {
      writer.bool(value as boolean);
    },
  },
  int: {
    isZero: isZeroInteger,
    write(writer, value) {
      if (!Number.isSafeInteger(value)) refuse(value, "an int, an integer from -(2^53 - 1) to 2^53 - 1");
      putInt(writer, value as number);
    },
  },
  int32: {
    isZero: isZeroInteger,
    write(writer, value) {
      if (!isInt32(value as number)) refuse(value, "an int32, an integer from -2147483648 to 2147483647");
      putInt(writer, value as number);
    },
  },
  uint32: {
    isZero: isZeroInteger,
    write(writer, value) {
      if (!isUint32(value as number)) refuse(value, "a uint32, an integer from 0 to 4294967295");
      putUint(writer, value as number);
    },
  },
  int64: {
    isZero: isZeroBigint,
    write: (writer, value) => putBigInt(writer, value as bigint),
  },
  uint64: {
    isZero: isZeroBigint,
    write: (writer, value) => putBigUint(writer, value as bigint),
  },
  float32: {
    isZero: isZeroFloat,
    write(writer, value) {
      if (!isFloat32(value as number)) refuse(value, "a float32, a number up to about 3.4e38");
      putFloat(writer, Math.fround(value as number));
    },
  },
  float64: {
    isZero: isZeroFloat,
    write(writer, value) {
      if (typeof value !== "number") refuse(value, "a float64, a number");
      putFloat(writer, value);
    },
  },
  string: {
    isZero: (value) => value === "",
    write(writer, value) {
      if (typeof value !== "string") refuse(value, "a string");
      putText(writer, value);
    },
  },
  bytes: {
    isZero: (value) => value instanceof Uint8Array && value.length === 0,
    write: (writer, value) => putBytes(writer, value as Uint8Array),
  },
  duration: { isZero: isZeroInteger, write: writeDuration },
};

function basicPlan(type: GoBasic): WritePlan {
  return basics[type.scalar]!;
}

function putBytes(writer: Writer, bytes: Uint8Array): void {
  if (!(bytes instanceof Uint8Array)) refuse(bytes, "bytes, a Uint8Array");
  putUint(writer, bytes.length);
  writer.raw(bytes);
}

function writeTime(writer: Writer, value: unknown): void {
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) refuse(value, "a timestamp, a valid Date");
  putBytes(writer, encodeTime(value.getTime()));
}

function writeDuration(writer: Writer, value: unknown): void {
  if (typeof value !== "number" || !isDuration(value)) refuse(value, "a duration, a number of ms");
  const { seconds, nanos } = splitDuration(value);
  const total = BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
  if (BigInt.asIntN(64, total) !== total)
    throw new EncodeError("a duration beyond 292 years has no form in Go");
  putBigInt(writer, total);
}
