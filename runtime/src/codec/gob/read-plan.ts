import { DecodeError } from "../../errors.ts";
import { put } from "../../schema/field-value.ts";
import { blankOf, zeroOf } from "./blank.ts";
import type { Cursor } from "./cursor.ts";
import type { GoBasic, GoField, GoMap, GoSlice, GoStruct, GoType } from "./go-type.ts";
import { readByte, readScalar } from "./read-scalar.ts";
import { elementCount, nextField, skip } from "./skip.ts";
import { decodeTime } from "./time.ts";
import type { TypeTable } from "./type-table.ts";
import type { WireType } from "./wire-type.ts";

type Message = Record<string, unknown>;
type Read = (cursor: Cursor) => unknown;
type Step<Target> = (target: Target, cursor: Cursor) => void;
type WireStruct = WireType & { readonly kind: "struct" };

interface StructPlan {
  readonly read: Read;
  /** Whether some field is in both types; without, what comes is not what is expected. */
  readonly matches: boolean;
}

/** How values of the types that one peer defined are read as types of ours; made once for each pair. */
export class ReadPlans {
  private readonly table: TypeTable;
  private readonly structs = new Map<GoStruct, Map<number, StructPlan>>();

  constructor(table: TypeTable) {
    this.table = table;
  }

  /**
   * Reads a value that stands alone.
   * @throws DecodeError where the types do not fit each other, and RangeError for a number out of range
   */
  read(type: GoType, id: number, cursor: Cursor): unknown {
    if (type.kind !== "struct") {
      const read = this.plan(type, id, "value");
      try {
        cursor.singleton();
        return read(cursor);
      } catch (error) {
        throw placed(error, "value");
      }
    }
    const plan = this.structPlan(type, id, type.typeName || "value");
    if (!plan.matches)
      throw new DecodeError(
        `${type.typeName}: the peer sends ${this.describe(id)}, which has none of its fields`,
      );
    return plan.read(cursor);
  }

  private plan(type: GoType, id: number, place: string): Read {
    switch (type.kind) {
      case "struct": {
        this.wire(id, "struct", place);
        let plan: StructPlan | undefined;
        // Made when a value comes: types may hold themselves, and the peer's may do so without end.
        return (cursor) => (plan ??= this.structPlan(type, id, place)).read(cursor);
      }
      case "slice":
        return this.slicePlan(type, id, place);
      case "map":
        return this.mapPlan(type, id, place);
      case "time":
        return this.timePlan(id, place);
      default:
        return this.basicPlan(type, id, place);
    }
  }

  private basicPlan(type: GoBasic, id: number, place: string): Read {
    if (type.kind === "bytes" && this.table.get(id).kind === "array") return this.byteArrayPlan(id, place);
    this.wire(id, type.kind, place);
    return readScalar[type.scalar]!;
  }

  private byteArrayPlan(id: number, place: string): Read {
    const type = this.wire(id, "array", place);
    this.wire(type.element, "uint", `${place}[]`);
    return (cursor) => Uint8Array.from({ length: elementCount(cursor, type) }, () => readByte(cursor));
  }

  private timePlan(id: number, place: string): Read {
    const type = this.table.get(id);
    if (type.kind !== "opaque" || type.form !== "gob") throw this.mismatch(id, "time.Time", place);
    return (cursor) => decodeTime(cursor.bytes());
  }

  private slicePlan(type: GoSlice, id: number, place: string): Read {
    const wire = this.table.get(id);
    if (wire.kind !== "slice" && wire.kind !== "array") throw this.mismatch(id, "slice", place);
    const read = this.plan(type.element, wire.element, `${place}[]`);
    return (cursor) => {
      cursor.enter();
      const list: unknown[] = [];
      for (let left = elementCount(cursor, wire); left > 0; left--) list.push(read(cursor));
      cursor.leave();
      return list;
    };
  }

  private mapPlan(type: GoMap, id: number, place: string): Read {
    const wire = this.wire(id, "map", place);
    const key = this.plan(type.key, wire.key, `${place}[]`);
    const value = this.plan(type.value, wire.element, `${place}[]`);
    const open = (cursor: Cursor): number => {
      cursor.enter();
      return cursor.count(2);
    };
    if (type.record) {
      return (cursor) => {
        const record: Message = {};
        for (let left = open(cursor); left > 0; left--) put(record, key(cursor) as string, value(cursor));
        cursor.leave();
        return record;
      };
    }
    return (cursor) => {
      const map = new Map<unknown, unknown>();
      for (let left = open(cursor); left > 0; left--) map.set(key(cursor), value(cursor));
      cursor.leave();
      return map;
    };
  }

  private structPlan(type: GoStruct, id: number, place: string): StructPlan {
    let byId = this.structs.get(type);
    if (byId === undefined) this.structs.set(type, (byId = new Map<number, StructPlan>()));
    let plan = byId.get(id);
    if (plan === undefined) {
      const wire = this.wire(id, "struct", place);
      plan = type.union ? this.compileUnion(type, wire) : this.compileStruct(type, wire);
      byId.set(id, plan);
    }
    return plan;
  }

  private compileStruct(type: GoStruct, wire: WireStruct): StructPlan {
    const steps = this.steps(type, wire, ({ field }, read) => {
      const name = field!.name;
      if (name === "__proto__") return (message: Message, cursor) => put(message, name, read(cursor));
      return (message: Message, cursor) => {
        message[name] = read(cursor);
      };
    });
    const blank = blankOf(type);
    return {
      matches: this.matches(type, wire),
      read(cursor) {
        const message = blank.make();
        readSteps(steps, message, cursor, wire, type);
        return blank.fill(message);
      },
    };
  }

  private compileUnion(type: GoStruct, wire: WireStruct): StructPlan {
    const steps = this.steps(type, wire, (member, read) => {
      if (member.field === undefined) {
        return (found: Found, cursor) => {
          found.number = read(cursor) as number;
        };
      }
      return (found: Found, cursor) => {
        found.members.set(member, read(cursor));
      };
    });
    return {
      matches: this.matches(type, wire),
      read(cursor) {
        const found: Found = { number: 0, members: new Map() };
        readSteps(steps, found, cursor, wire, type);
        return chosen(type, found);
      },
    };
  }

  /** What to do with each field that the peer sends. */
  private steps<Target>(
    type: GoStruct,
    wire: WireStruct,
    make: (field: GoField, read: Read) => Step<Target>,
  ): readonly Step<Target>[] {
    const { table } = this;
    const fields = new Map(type.fields.map((field) => [field.name, field]));
    return wire.fields.map(({ name, id }) => {
      const field = fields.get(name);
      if (field === undefined) return (_target: Target, cursor: Cursor) => skip(cursor, table.get(id), table);
      const place = placeOf(type, field);
      const read = this.plan(field.type, id, place);
      return make(field, field.field?.sensitive === true ? hidden(read, place) : read);
    });
  }

  private matches(type: GoStruct, wire: WireStruct): boolean {
    if (type.fields.length === 0 || wire.fields.length === 0) return true;
    const names = new Set(type.fields.map(({ name }) => name));
    return wire.fields.some(({ name }) => names.has(name));
  }

  private wire<Kind extends WireType["kind"]>(
    id: number,
    kind: Kind,
    place: string,
  ): WireType & { readonly kind: Kind } {
    const type = this.table.get(id);
    if (type.kind !== kind) throw this.mismatch(id, kind, place);
    return type as WireType & { readonly kind: Kind };
  }

  private mismatch(id: number, expected: string, place: string): DecodeError {
    const reason = `the peer sends ${this.describe(id)} where ${expected} is expected`;
    return placed(new DecodeError(reason), place) as DecodeError;
  }

  private describe(id: number): string {
    const { kind, name } = this.table.get(id);
    const what = kind === "opaque" ? "a type that encodes itself" : kind;
    return name === "" || name === kind ? what : `${what} ${JSON.stringify(name.slice(0, 60))}`;
  }
}

/** What came of a union. */
interface Found {
  number: number;
  readonly members: Map<GoField, unknown>;
}

/** The member that `Kind` tells, else the one pointer that is set. */
function chosen({ typeName, fields }: GoStruct, { number, members }: Found): object {
  const member =
    number !== 0
      ? fields.find(({ field }) => field?.number === number)
      : members.size === 1
        ? [...members.keys()][0]
        : undefined;
  if (member === undefined) {
    throw new DecodeError(
      number === 0
        ? `${typeName}: it has ${members.size} members of the union, and needs one, or its Kind`
        : `${typeName}: Kind is ${number}, which is no member's number`,
    );
  }
  const name = member.field!.name;
  const value = members.has(member) ? members.get(member) : zeroOf(member.type, `${typeName}.${name}`);
  return { kind: name, value };
}

/** Of a sensitive field no error shows anything. */
function hidden(read: Read, place: string): Read {
  return (cursor) => {
    try {
      return read(cursor);
    } catch {
      throw placed(new DecodeError("does not fit its type (sensitive, not shown)"), place);
    }
  };
}

/** Reads the fields of a struct as they come. */
function readSteps<Target>(
  steps: readonly Step<Target>[],
  target: Target,
  cursor: Cursor,
  wire: WireStruct,
  type: GoStruct,
): void {
  let index = -1;
  cursor.enter();
  try {
    while ((index = nextField(cursor, index, wire)) >= 0) steps[index]!(target, cursor);
  } catch (error) {
    const name = wire.fields[index]?.name;
    const field = type.fields.find((each) => each.name === name);
    throw field === undefined ? error : placed(error, placeOf(type, field));
  }
  cursor.leave();
}

function placeOf({ typeName }: GoStruct, { field, name }: GoField): string {
  return `${typeName}.${field?.name ?? name}`;
}

const placedErrors = new WeakSet<Error>();

/** The same error with the place where it happened; the first to be named is the innermost. */
function placed(error: unknown, place: string): Error {
  const { message } = error as Error;
  if (placedErrors.has(error as Error)) return error as Error;
  const text = `${place}: ${message}`;
  const result = error instanceof RangeError ? new RangeError(text) : new DecodeError(text);
  placedErrors.add(result);
  return result;
}
