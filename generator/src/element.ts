import type { Type } from "@gorpc/idl";
import type { FileContext } from "./file-context.ts";
import { enumRow, type ScalarRow, scalarRow, wire, type WireType } from "./type-table.ts";
import { emptyMap, typeText, wrapper } from "./types.ts";

/** What stands under one tag: a plain value of the table, or the body of a codec. */
export type Element = PlainElement | BodyElement;

interface PlainElement {
  readonly kind: "plain";
  readonly type: string;
  readonly row: ScalarRow;
  /** An enum: its numbers take the enum's type when read. */
  readonly cast: boolean;
}

interface BodyElement {
  readonly kind: "body";
  readonly type: string;
  readonly codec: string;
  /** What stands for an absent one; undefined where the runtime decides by the codec. */
  readonly zero: string | undefined;
}

/** How a type goes under one tag; a list or a map does in a wrapper. */
export function elementOf(type: Type, context: FileContext): Element {
  const text = typeText(type, context);
  switch (type.kind) {
    case "scalar":
      return { kind: "plain", type: text, row: scalarRow(type.scalar), cast: false };
    case "enum":
      return { kind: "plain", type: text, row: enumRow, cast: true };
    case "list":
      return { kind: "body", type: text, codec: wrapper(type, context), zero: "[]" };
    case "map":
      return { kind: "body", type: text, codec: wrapper(type, context), zero: emptyMap(type, context) };
    case "message":
    case "union":
      return { kind: "body", type: text, codec: context.bodyName(type.declaration), zero: undefined };
  }
}

export function wireOf(element: Element): WireType {
  return element.kind === "plain" ? element.row.wire : wire.delimited;
}

/** Whether a list of it travels packed: protobuf packs what has no length of its own. */
export function isPackable(element: Element): boolean {
  return wireOf(element) !== wire.delimited;
}

/** The tag of a field, as a number. */
export function tagOf(number: number, wireType: WireType): number {
  return number * 8 + wireType;
}

/** The call that writes a tag; one byte needs no loop. */
export function writeTag(writer: string, tag: number): string {
  return tag < 0x80 ? `${writer}.byte(${tag})` : `${writer}.uint32(${tag})`;
}

/** Statements that write a value under its tag. */
export function writeElement(element: Element, number: number, value: string, writer: string): string {
  const tag = writeTag(writer, tagOf(number, wireOf(element)));
  if (element.kind === "plain") return `${tag}.${element.row.method}(${value});`;
  return `${tag}.open(); ${element.codec}.write(${writer}, ${value}); ${writer}.close(${value});`;
}

/** The expression that reads a value whose tag was read; a body merges into the earlier value, where there is one. */
export function readElement(element: Element, reader: string, earlier?: string): string {
  if (element.kind === "body") {
    const parts = [reader, `${reader}.open()`, ...(earlier === undefined ? [] : [earlier])];
    return `${reader}.close(${element.codec}.read(${parts.join(", ")}))`;
  }
  const read = `${reader}.${element.row.method}()`;
  return element.cast ? `${read} as ${element.type}` : read;
}

/** A local that takes a value while fields are read. */
export interface Slot {
  readonly declaration: string;
  /** The value once all is read. */
  readonly result: string;
}

/** What a slot holds where the wire has no value for it; expressions. */
export interface Fallback {
  /** The earlier value, possibly undefined; none where there never is one. */
  readonly initial: string | undefined;
  /** Names the field, for the error where an absent value has no zero. */
  readonly path: string;
  readonly reader: string;
}

/** The slot of a value that counts as zero where it is absent. */
export function requiredSlot(
  element: Element,
  local: string,
  fallback: Fallback,
  context: FileContext,
): Slot {
  const { initial } = fallback;
  if (element.kind === "plain" && element.row.zeroIsObject !== true) {
    const zero = element.row.zero(context.global);
    const type = element.cast ? `: ${element.type}` : "";
    const value = initial === undefined ? zero : `${initial} ?? ${zero}`;
    return { declaration: `let ${local}${type} = ${value};`, result: local };
  }
  const { declaration } = optionalSlot(element, local, initial);
  return { declaration, result: `${local} ?? ${absentValue(element, fallback, context)}` };
}

/** Whether the runtime must make the zero, or refuse to, and then name the field. */
export function hasOwnZero(element: Element): boolean {
  return element.kind === "plain" || element.zero !== undefined;
}

function absentValue(element: Element, { reader, path }: Fallback, context: FileContext): string {
  if (element.kind === "plain") return element.row.zero(context.global);
  return element.zero ?? `rpc.absent(${reader}, ${element.codec}, ${path})`;
}

/** The slot of a value whose absence is kept. */
export function optionalSlot(element: Element, local: string, initial: string | undefined): Slot {
  const value = initial === undefined ? "" : ` = ${initial}`;
  return { declaration: `let ${local}: ${element.type} | undefined${value};`, result: local };
}
