/** Rules about what is in a body: names, numbers and what is reserved. */
import type { BodyNode, DeclarationNode, NameNode, NumberNode, ReservedItemNode } from "../syntax/ast.ts";
import { wholeNumber } from "../syntax/literals.ts";
import type { Span } from "../span.ts";
import type { Unit } from "../resolve/unit.ts";
import type { Rule } from "./index.ts";

interface Member {
  readonly name: NameNode;
  readonly number: NumberNode | undefined;
}

interface Body {
  readonly what: "field" | "member" | "value";
  readonly isEnum: boolean;
  readonly members: readonly Member[];
  readonly reserved: readonly ReservedItemNode[];
  /** The first number behind all that are taken; worked out when a diagnostic that proposes it is shown. */
  readonly nextFree: () => number;
}

function bodies({ ast }: Unit): Body[] {
  return ast.declarations.flatMap((declaration) => {
    if (declaration.kind === "constant" || declaration.kind === "service") return [];
    const { members, reserved }: BodyNode<Member> = declaration;
    const body = {
      what: memberWord(declaration),
      isEnum: declaration.kind === "enum",
      members,
      reserved: reserved.flatMap(({ items }) => items),
    };
    let next: number | undefined;
    return { ...body, nextFree: () => (next ??= nextFree(body)) };
  });
}

const memberWord = ({ kind }: DeclarationNode): Body["what"] =>
  kind === "enum" ? "value" : kind === "union" ? "member" : "field";

export const memberNames: Rule = (unit) => {
  for (const { what, members } of bodies(unit)) {
    const seen = new Set<string>();
    for (const { name } of members) {
      if (seen.has(name.text)) unit.report("duplicate-name", name.span, { name: name.text, what });
      seen.add(name.text);
    }
  }
};

// Numbers

const largestField = 536_870_911;
const largestInt32 = 2 ** 31 - 1;
const firstReserved = 19_000;
const lastReserved = 19_999;

export const numbers: Rule = (unit) => {
  for (const body of bodies(unit)) {
    const seen = new Map<number, string>();
    for (const { name, number } of body.members) {
      if (number === undefined) {
        unit.report("missing-number", name.span, {
          what: body.what,
          name: name.text,
          next: body.nextFree,
        });
        continue;
      }
      const value = readNumber(number, body, unit);
      if (value === undefined) continue;
      const other = seen.get(value);
      if (other === undefined) seen.set(value, name.text);
      else unit.report("duplicate-number", number.span, { number: value, other, next: body.nextFree });
    }
  }
};

/** The number; undefined, and reported, where it is none that a member can have. */
function readNumber(node: NumberNode, { isEnum }: Body, { report }: Unit): number | undefined {
  if (node.bad) return undefined;
  const whole = wholeNumber(node.text);
  const value = Number(whole);
  const inRange = isEnum
    ? value >= -largestInt32 - 1 && value <= largestInt32
    : value >= 1 && value <= largestField;
  if (whole === undefined || !inRange) {
    const range = isEnum ? `${-largestInt32 - 1} to ${largestInt32}` : `1 to ${largestField}`;
    report("bad-number-range", node.span, { what: isEnum ? "an enum's value" : "a field", range });
    return undefined;
  }
  if (!isEnum && value >= firstReserved && value <= lastReserved) {
    report("protobuf-number", node.span, { from: firstReserved, to: lastReserved });
    return undefined;
  }
  return value;
}

function nextFree({ isEnum, members, reserved }: Omit<Body, "nextFree">): number {
  const limit = isEnum ? largestInt32 : largestField;
  const taken = [
    ...members.map(({ number }) => number),
    ...reserved.map((item) => (item.kind === "range" ? item.to : undefined)),
  ]
    .map((number) => Number(wholeNumber(number?.text ?? "") ?? -1n))
    .filter((number) => number < limit && (isEnum || number < firstReserved || number > lastReserved));
  const next = taken.reduce((largest, number) => Math.max(largest, number), isEnum ? -1 : 0) + 1;
  return !isEnum && next >= firstReserved && next <= lastReserved ? lastReserved + 1 : next;
}

// What is reserved

interface Range {
  readonly from: number;
  readonly to: number;
  readonly span: Span;
}

export const reservations: Rule = (unit) => {
  for (const body of bodies(unit)) {
    const ranges = readRanges(body, unit);
    const names = readNames(body, unit);
    for (const { name, number } of body.members) {
      if (names.has(name.text)) unit.report("reserved-name", name.span, { name: name.text });
      if (number === undefined || number.bad) continue;
      const value = Number(wholeNumber(number.text) ?? NaN);
      if (covers(ranges, value))
        unit.report("reserved-number", number.span, { number: value, next: body.nextFree });
    }
  }
};

/** The ranges that make sense, sorted, with those left out that overlap an earlier one; what is wrong is reported. */
function readRanges(body: Body, unit: Unit): Range[] {
  const ranges = body.reserved.flatMap((item) =>
    item.kind === "range" ? (readRange(item, body, unit) ?? []) : [],
  );
  const sorted = ranges.sort((one, other) => one.from - other.from);
  const kept: Range[] = [];
  for (const range of sorted) {
    const last = kept.at(-1);
    if (last === undefined || range.from > last.to) kept.push(range);
    else {
      const what = range.from === range.to ? `${range.from}` : "a part of this range";
      unit.report("reserved-twice", range.span, { what });
    }
  }
  return kept;
}

function readRange(
  item: ReservedItemNode & { kind: "range" },
  { isEnum }: Body,
  { report }: Unit,
): Range | undefined {
  if (item.from.bad || item.to.bad) return undefined;
  const [from, to] = [wholeNumber(item.from.text), wholeNumber(item.to.text)];
  const [low, high] = isEnum ? [-largestInt32 - 1, largestInt32] : [1, largestField];
  if (from === undefined || to === undefined || from < low || to > high) {
    report("bad-number-range", item.span, {
      what: isEnum ? "an enum's value" : "a field",
      range: `${low} to ${high}`,
    });
    return undefined;
  }
  if (from > to) {
    report("backward-range", item.span, { from: item.from.text, to: item.to.text });
    return undefined;
  }
  return { from: Number(from), to: Number(to), span: item.span };
}

function readNames({ reserved }: Body, { report }: Unit): Set<string> {
  const names = new Set<string>();
  for (const item of reserved) {
    if (item.kind === "range") continue;
    if (names.has(item.name.value)) report("reserved-twice", item.span, { what: `\`${item.name.value}\`` });
    names.add(item.name.value);
  }
  return names;
}

/** Whether a number is in one of some sorted ranges that do not overlap. */
function covers(ranges: readonly Range[], number: number): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle]!.to < number) low = middle + 1;
    else high = middle;
  }
  return low < ranges.length && ranges[low]!.from <= number;
}

// JSON

/** In JSON a field goes by its `@json` name, and is read by its own name too: all of these differ. */
export const jsonNames: Rule = (unit) => {
  for (const declaration of unit.model.declarations) {
    const fields =
      declaration.kind === "union" ? declaration.members : "fields" in declaration ? declaration.fields : [];
    const owners = new Map(fields.map((field) => [field.name, field]));
    for (const field of fields) {
      if (field.json === undefined) continue;
      const owner = owners.get(field.json);
      if (owner === undefined) owners.set(field.json, field);
      else if (owner !== field) {
        unit.report("json-name-clash", field.span, { name: field.name, json: field.json, other: owner.name });
      }
    }
  }
};
