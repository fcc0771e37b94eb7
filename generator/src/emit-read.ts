import type { Field, ListType, MapType, Type } from "@gorpc/idl";
import {
  elementOf,
  hasOwnZero,
  isPackable,
  optionalSlot,
  readElement,
  requiredSlot,
  type Slot,
  tagOf,
  wireOf,
} from "./element.ts";
import type { FileContext } from "./file-context.ts";
import { isInherited, literal, property } from "./names.ts";
import { ownField } from "./own-field.ts";
import { wire } from "./type-table.ts";
import { emptyMap, entryReader, typeText } from "./types.ts";

/** The locals of a read function. */
export interface ReadNames {
  readonly reader: string;
  readonly end: string;
  readonly into: string;
  readonly tag: string;
  /** One for each of the names asked for. */
  readonly locals: readonly string[];
  /** The end of a part within one field. */
  readonly stop: string;
}

export function readNames(context: FileContext, locals: readonly string[]): ReadNames {
  const scope = context.scope();
  const take = (name: string) => scope.take(name);
  return {
    reader: take("r"),
    end: take("end"),
    into: take("into"),
    tag: take("tag"),
    locals: locals.map(take),
    stop: take("stop"),
  };
}

/** A field while it is read: its slot, and the `case` clauses of its tags. */
interface FieldReader extends Slot {
  readonly cases: readonly string[];
}

/** The `read` method of a message or an error. */
export function readMethod(owner: string, fields: readonly Field[], context: FileContext): string {
  const names = readNames(
    context,
    fields.map(({ name }) => name),
  );
  const { reader, end, into, locals } = names;
  if (fields.length === 0) {
    return `read(${reader}, ${end}) {
      while (${reader}.pos < ${end}) ${reader}.skip(${reader}.tag());
      return {};
    }`;
  }
  const readers = fields.map((field, index) => {
    const initial = earlierValue(field.name, into, context);
    return fieldReader(
      field,
      { local: locals[index]!, initial, path: `${owner}.${field.name}` },
      names,
      context,
    );
  });
  const result = readers.map(({ result }, index) => property(fields[index]!.name, result));
  const cases = readers.flatMap(({ cases }) => cases);
  const statements = [
    ...readers.map(({ declaration }) => declaration),
    readLoop(end, cases, names, context),
    `return { ${result.join(", ")} };`,
  ];
  return `read(${reader}, ${end}, ${into}) {${context.lines("statements", statements)}}`;
}

/** The field's value in what is read into, possibly undefined; what an object inherits is no value. */
function earlierValue(name: string, into: string, context: FileContext): string {
  if (!isInherited(name)) return `${into}?.${name}`;
  return `(${into} === undefined ? undefined : ${ownField(into, name, "undefined", context)})`;
}

/** The loop over tags up to an end. */
export function readLoop(
  end: string,
  cases: readonly string[],
  { reader, tag }: { readonly reader: string; readonly tag: string },
  context: FileContext,
): string {
  return `while (${reader}.pos < ${end}) {
    const ${tag} = ${reader}.tag();
    switch (${tag}) {${context.lines("cases", cases)}default: ${reader}.skip(${tag}); }
  }`;
}

/** Where a field's value goes while it is read. */
export interface Destination {
  readonly local: string;
  /** The earlier value, possibly undefined. */
  readonly initial: string;
  /** Names the field in an error. */
  readonly path: string;
}

export function fieldReader(
  { type, number, optional }: { readonly type: Type; readonly number: number; readonly optional: boolean },
  destination: Destination,
  names: ReadNames,
  context: FileContext,
): FieldReader {
  if (!optional && type.kind === "list") return listReader(type, number, destination, names, context);
  if (!optional && type.kind === "map") return mapReader(type, number, destination, names, context);
  const { local, initial, path } = destination;
  const element = elementOf(type, context);
  const slot = optional
    ? optionalSlot(element, local, initial)
    : requiredSlot(element, local, { initial, path: literal(path), reader: names.reader }, context);
  const value = readElement(element, names.reader, local);
  return { ...slot, cases: [`case ${tagOf(number, wireOf(element))}: ${local} = ${value}; break;`] };
}

function listReader(
  type: ListType,
  number: number,
  { local, initial }: Destination,
  { reader, stop }: ReadNames,
  context: FileContext,
): FieldReader {
  const element = elementOf(type.element, context);
  const push = `${local}.push(${readElement(element, reader)});`;
  const one = `case ${tagOf(number, wireOf(element))}: ${push} break;`;
  const packed = `case ${tagOf(number, wire.delimited)}: {
    const ${stop} = ${reader}.open();
    while (${reader}.pos < ${stop}) ${push}
    ${reader}.close();
    break;
  }`;
  return {
    declaration: `const ${local}: ${typeText(type, context)} = ${initial} ?? [];`,
    // A writer may pack or not, and a reader takes both.
    cases: isPackable(element) ? [packed, one] : [one],
    result: local,
  };
}

function mapReader(
  type: MapType,
  number: number,
  { local, initial, path }: Destination,
  { reader }: ReadNames,
  context: FileContext,
): FieldReader {
  const names = hasOwnZero(elementOf(type.value, context)) ? "" : `, ${literal(path)}`;
  const read = `${entryReader(type, context)}(${reader}, ${local}${names});`;
  return {
    declaration: `const ${local}: ${typeText(type, context)} = ${initial} ?? ${emptyMap(type, context)};`,
    cases: [`case ${tagOf(number, wire.delimited)}: ${read} break;`],
    result: local,
  };
}
