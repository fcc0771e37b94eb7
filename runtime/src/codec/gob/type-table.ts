import { DecodeError } from "../../errors.ts";
import type { Cursor } from "./cursor.ts";
import {
  basicIds,
  complexId,
  interfaceId,
  leastDefinedId,
  type WireStructField,
  type WireType,
} from "./wire-type.ts";

const mostId = 2 ** 31 - 1;

const basics = new Map<number, WireType>([
  ...Object.entries(basicIds).map(
    ([name, id]) => [id, { kind: name as keyof typeof basicIds, name }] as [number, WireType],
  ),
  [complexId, { kind: "complex", name: "complex" }],
  [interfaceId, { kind: "interface", name: "interface" }],
]);

/** What the definitions of all types of a stream may take, where nobody says otherwise: in memory they are larger by far. */
export const defaultDefinitionBytes = 256 * 1024;

/** The types that the peer has defined on one stream. */
export class TypeTable {
  /** Whether some type holds an interface, whose values may span messages. */
  holdsInterface = false;
  /** The names of the fields of the first struct that was defined. */
  firstFields: readonly string[] | undefined;
  private readonly types = new Map<number, WireType>();
  private readonly maxBytes: number;
  private readonly option: string | undefined;
  private bytes = 0;

  /**
   * @param maxBytes - of all definitions together
   * @param option - what changes that
   */
  constructor(maxBytes: number, option?: string) {
    this.maxBytes = maxBytes;
    this.option = option;
  }

  /** @throws DecodeError where the peer has not defined it */
  get(id: number): WireType {
    const type = basics.get(id) ?? this.types.get(id);
    if (type === undefined) throw new DecodeError(`the peer has not defined the type ${id}`);
    return type;
  }

  /** Takes in a definition that fills its message. */
  defineWhole(id: number, cursor: Cursor): void {
    // Before it is read: what is read takes more room than its bytes.
    this.charge(cursor.end - cursor.pos);
    this.take(id, cursor);
    const left = cursor.end - cursor.pos;
    if (left > 0) throw new DecodeError(`${left} bytes are left over after a definition`);
  }

  /**
   * Takes in a definition that stands within a value.
   * @throws DecodeError where it is malformed, defines a type again or is one too many
   */
  define(id: number, cursor: Cursor): void {
    const start = cursor.pos;
    this.take(id, cursor);
    this.charge(cursor.pos - start);
  }

  private take(id: number, cursor: Cursor): void {
    if (id < leastDefinedId || id > mostId)
      throw new DecodeError(`the peer defines the type ${id}, and takes a number from ${leastDefinedId} on`);
    if (this.types.has(id)) throw new DecodeError(`the peer defines the type ${id} again`);
    const type = readWireType(cursor);
    this.types.set(id, type);
    this.holdsInterface ||= partsOf(type).includes(interfaceId);
    if (type.kind === "struct") this.firstFields ??= type.fields.map(({ name }) => name);
  }

  private charge(bytes: number): void {
    this.bytes += bytes;
    if (this.bytes <= this.maxBytes) return;
    const hint = this.option === undefined ? "" : ` (option ${this.option})`;
    throw new DecodeError(
      `the peer's types take ${this.bytes} bytes, more than the limit of ${this.maxBytes}${hint}`,
    );
  }
}

function partsOf(type: WireType): readonly number[] {
  switch (type.kind) {
    case "struct":
      return type.fields.map(({ id }) => id);
    case "map":
      return [type.key, type.element];
    case "array":
    case "slice":
      return [type.element];
    default:
      return [];
  }
}

/** Calls `field` for each field of a struct with its index. */
function eachField(cursor: Cursor, field: (index: number) => void): void {
  let index = -1;
  for (;;) {
    const delta = cursor.uint();
    if (delta === 0) return;
    index += delta;
    field(index);
  }
}

/** What a definition says, of whichever kind it is. */
interface Draft {
  name: string;
  element: number;
  key: number;
  length: number;
  fields: readonly WireStructField[];
}

/** Reads a `wireType`: a struct with one field set, which stands for the kind. */
export function readWireType(cursor: Cursor): WireType {
  let type: WireType | undefined;
  eachField(cursor, (index) => {
    if (type !== undefined) throw malformed("has more than one kind");
    type = readKind(cursor, index);
  });
  if (type === undefined) throw malformed("has no kind");
  return type;
}

function readKind(cursor: Cursor, kind: number): WireType {
  switch (kind) {
    case 0: {
      const { name, element, length } = readDraft(cursor, ["element", "length"]);
      if (length < 0) throw malformed(`is an array of ${length} elements`);
      return { kind: "array", name, element, length };
    }
    case 1: {
      const { name, element } = readDraft(cursor, ["element"]);
      return { kind: "slice", name, element };
    }
    case 2: {
      const { name, fields } = readDraft(cursor, ["fields"]);
      return { kind: "struct", name, fields };
    }
    case 3: {
      const { name, key, element } = readDraft(cursor, ["key", "element"]);
      return { kind: "map", name, key, element };
    }
    case 4:
      return { kind: "opaque", name: readDraft(cursor, []).name, form: "gob" };
    case 5:
      return { kind: "opaque", name: readDraft(cursor, []).name, form: "binary" };
    case 6:
      return { kind: "opaque", name: readDraft(cursor, []).name, form: "text" };
    default:
      throw malformed(`has a kind that does not exist, ${kind}`);
  }
}

/** Reads what one kind's struct holds: the name that all have in common, then parts of its own. */
function readDraft(cursor: Cursor, parts: readonly Exclude<keyof Draft, "name">[]): Draft {
  const draft: Draft = { name: "", element: 0, key: 0, length: 0, fields: [] };
  eachField(cursor, (index) => {
    if (index === 0) {
      draft.name = readCommonName(cursor);
      return;
    }
    const part = parts[index - 1];
    if (part === undefined) throw malformed(`has a part that does not exist, ${index}`);
    if (part === "fields") draft.fields = readFields(cursor);
    else draft[part] = cursor.int();
  });
  return draft;
}

/** Go repeats the type's number here; it counts as it stands before the definition. */
function readCommonName(cursor: Cursor): string {
  let name = "";
  eachField(cursor, (index) => {
    if (index === 0) name = cursor.string();
    else if (index === 1) cursor.int();
    else throw malformed(`has a part that does not exist, ${index}`);
  });
  return name;
}

function readFields(cursor: Cursor): readonly WireStructField[] {
  const count = cursor.count(1);
  const fields: WireStructField[] = [];
  for (let index = 0; index < count; index++) {
    let name = "";
    let id = 0;
    eachField(cursor, (part) => {
      if (part === 0) name = cursor.string();
      else if (part === 1) id = cursor.int();
      else throw malformed(`has a field with a part that does not exist, ${part}`);
    });
    if (name === "") throw malformed("has a field without a name");
    fields.push({ name, id });
  }
  return fields;
}

function malformed(what: string): DecodeError {
  return new DecodeError(`a type that the peer defines ${what}`);
}
