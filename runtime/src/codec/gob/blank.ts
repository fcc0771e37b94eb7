import { DecodeError } from "../../errors.ts";
import { put } from "../../schema/field-value.ts";
import type { GoStruct, GoType } from "./go-type.ts";
import { zeroTimeMs } from "./time.ts";

type Message = Record<string, unknown>;

/** Makes the messages of one type, all of one shape: first as if no field came, then with what did not come. */
export class Blank {
  private readonly template: Message = {};
  /** The fields whose zero is an object, which no two messages share. */
  private readonly objects: { readonly name: string; readonly type: GoType; readonly place: string }[] = [];

  constructor({ typeName, fields }: GoStruct) {
    for (const { field, type } of fields) {
      const name = field!.name;
      const zero = field!.optional === true ? undefined : primitiveZero(type);
      put(this.template, name, zero);
      if (field!.optional !== true && zero === undefined)
        this.objects.push({ name, type, place: `${typeName}.${name}` });
    }
  }

  make(): Message {
    return { ...this.template };
  }

  /** @throws DecodeError where something without a zero is missing: a union */
  fill(message: Message): Message {
    for (const { name, type, place } of this.objects)
      if (!hasOwnValue(message, name)) put(message, name, zeroOf(type, place));
    return message;
  }
}

function hasOwnValue(message: Message, name: string): boolean {
  // Of `__proto__` an inherited one would be read.
  return (
    (name === "__proto__" ? Object.getOwnPropertyDescriptor(message, name)?.value : message[name]) !==
    undefined
  );
}

const blanks = new WeakMap<GoStruct, Blank>();

/** The blank of a message's type. */
export function blankOf(type: GoStruct): Blank {
  let blank = blanks.get(type);
  if (blank === undefined) blanks.set(type, (blank = new Blank(type)));
  return blank;
}

/**
 * Go's zero of a type.
 * @param place - the field, for the error
 */
export function zeroOf(type: GoType, place: string): unknown {
  switch (type.kind) {
    case "struct": {
      if (type.union) throw new DecodeError(`${place}: missing, and a union has no zero`);
      const blank = blankOf(type);
      return blank.fill(blank.make());
    }
    case "slice":
      return [];
    case "map":
      return type.record ? {} : new Map();
    case "time":
      return new Date(zeroTimeMs);
    case "bytes":
      return new Uint8Array(0);
    default:
      return primitiveZero(type);
  }
}

function primitiveZero(type: GoType): unknown {
  switch (type.kind) {
    case "bool":
      return false;
    case "string":
      return "";
    case "float":
      return 0;
    case "int":
    case "uint":
      return type.scalar === "int64" || type.scalar === "uint64" ? 0n : 0;
    default:
      return undefined;
  }
}
