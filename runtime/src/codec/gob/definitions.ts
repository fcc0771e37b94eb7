import type { Writer } from "../../bytes/writer.ts";
import type { BasicKind, GoMap, GoSlice, GoStruct, GoTime, GoType } from "./go-type.ts";
import { setUint, putInt, putUint, uintSize } from "./numbers.ts";
import { basicIds, WireField } from "./wire-type.ts";

/** Older Go numbers its own types from 65, newer Go from 64; readers take both. */
const firstId = 65;

/** A type as it is defined on one stream. */
interface Defined {
  readonly id: number;
  readonly name: string;
  readonly type: Definable;
}

type Definable = GoStruct | GoSlice | GoMap | GoTime;

const isBasic = (type: GoType): type is GoType & { readonly kind: BasicKind } => type.kind in basicIds;

/**
 * The types that a stream has defined so far, numbered and ordered as Go does it: a struct before its fields, a list or
 * map after its elements; the outer type is sent first.
 */
export class Definitions {
  private readonly numbered = new Map<GoType, Defined>();
  /** The numbers of what has been sent, in order. */
  private readonly sent = new Map<GoType, number>();
  private nextId = firstId;

  /** A place in the stream, for {@link forgetAfter}. */
  get mark(): number {
    return this.sent.size;
  }

  /** Sends again what was defined after a place, since its bytes did not go out. */
  forgetAfter(mark: number): void {
    for (const type of [...this.sent.keys()].slice(mark)) this.sent.delete(type);
  }

  /**
   * Writes the definitions that a value of the type needs and the stream does not have yet.
   * @returns the type's number
   */
  define(writer: Writer, type: GoType): number {
    const sent = this.sent.get(type);
    if (sent !== undefined) return sent;
    const id = this.number(type, nameOf(type));
    this.send(writer, type);
    return id;
  }

  private number(type: GoType, name: string): number {
    if (isBasic(type)) return basicIds[type.kind];
    const known = this.numbered.get(type);
    if (known !== undefined) return known.id;
    if (type.kind === "slice") this.number(type.element, nameOf(type.element));
    if (type.kind === "map") this.number(type.value, "");
    // A list of what holds such lists has been met on the way.
    const met = this.numbered.get(type);
    if (met !== undefined) return met.id;
    const id = this.nextId++;
    this.numbered.set(type, { id, name, type });
    if (type.kind === "struct")
      for (const field of type.fields) this.number(field.type, nameOf(field.type) || field.type.text);
    return id;
  }

  private send(writer: Writer, type: GoType): void {
    if (isBasic(type) || this.sent.has(type)) return;
    const defined = this.numbered.get(type)!;
    this.sent.set(type, defined.id);
    putMessage(writer, () => this.writeDefinition(writer, defined));
    switch (type.kind) {
      case "slice":
        return this.send(writer, type.element);
      case "map":
        return this.send(writer, type.value);
      case "struct":
        for (const field of type.fields) this.send(writer, field.type);
        return;
      case "time":
    }
  }

  /** A `wireType`, the struct in which Go describes a type, with the one field set that stands for its kind. */
  private writeDefinition(writer: Writer, { id, name, type }: Defined): void {
    putInt(writer, -id);
    putUint(writer, WireField[type.kind] + 1);
    writer.byte(1);
    writeCommon(writer, id, name);
    switch (type.kind) {
      case "slice":
        this.writeId(writer, type.element);
        break;
      case "map":
        writer.byte(1);
        putInt(writer, basicIds[type.key.kind]);
        this.writeId(writer, type.value);
        break;
      case "struct":
        if (type.fields.length > 0) this.writeFields(writer, type);
        break;
      case "time":
    }
    writer.byte(0).byte(0);
  }

  private writeId(writer: Writer, type: GoType): void {
    writer.byte(1);
    putInt(writer, this.number(type, ""));
  }

  private writeFields(writer: Writer, { fields }: GoStruct): void {
    writer.byte(1);
    putUint(writer, fields.length);
    for (const { name, type } of fields) {
      writer.byte(1);
      putText(writer, name);
      this.writeId(writer, type);
      writer.byte(0);
    }
  }
}

/** What all descriptions begin with. */
function writeCommon(writer: Writer, id: number, name: string): void {
  if (name !== "") {
    writer.byte(1);
    putText(writer, name);
  }
  putUint(writer, name === "" ? 2 : 1);
  putInt(writer, id);
  writer.byte(0);
}

/** Go's lists and maps have no name. */
function nameOf(type: GoType): string {
  switch (type.kind) {
    case "struct":
      return type.text;
    case "time":
      return "Time";
    default:
      return "";
  }
}

/** A string, its length before it. */
export function putText(writer: Writer, text: string): void {
  const start = writer.byte(0).pos;
  writer.text(text);
  putLength(writer, start);
}

/** What `write` appends, its length before it. */
export function putMessage(writer: Writer, write: () => void): void {
  const start = writer.byte(0).pos;
  write();
  putLength(writer, start);
}

/** Puts the length of what was written since `start` into the byte before it, or into more. */
export function putLength(writer: Writer, start: number): void {
  const length = writer.pos - start;
  const size = uintSize(length);
  if (size > 1) {
    writer.reserve(size - 1);
    writer.buffer.copyWithin(start - 1 + size, start, writer.pos);
    writer.pos += size - 1;
  }
  setUint(writer.buffer, start - 1, length);
}
