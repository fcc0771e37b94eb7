/** The values of constants. */
import type { ConstantNode, LiteralNode } from "../syntax/ast.ts";
import { clip } from "../diagnostics/clip.ts";
import { floatingPoint, milliseconds, wholeNumber } from "../syntax/literals.ts";
import type { Constant, EnumType, EnumValue, Scalar } from "../schema.ts";
import type { Span } from "../span.ts";
import { nearest } from "../diagnostics/suggest.ts";
import { resolveType } from "./types.ts";
import { type Draft, importable, lookUp, lost, type Unit } from "./unit.ts";

type ConstantType = Constant["type"];
type Value = Constant["value"];

interface Pending {
  readonly node: ConstantNode;
  readonly unit: Unit;
  readonly model: Draft<Constant>;
  /** Undefined where it has a mistake. */
  readonly type: ConstantType | undefined;
  state: "open" | "busy" | "done";
  /** Undefined where it is not known; that is reported. */
  value: Value | undefined;
}

/** Works out every constant of the files. A chain of constants may be long: it is followed without recursion. */
export function resolveConstants(units: readonly Unit[]): void {
  const all = new Map<Constant, Pending>();
  for (const unit of units) {
    for (const [node, model] of unit.declared) {
      if (node.kind !== "constant" || model.kind !== "constant") continue;
      all.set(model, { node, unit, model, type: constantType(node, unit), state: "open", value: undefined });
    }
  }
  for (const constant of all.values()) settle(constant, all);
}

function settle(first: Pending, all: ReadonlyMap<Constant, Pending>): void {
  const chain: Pending[] = [];
  let next: Pending | undefined = first;
  while (next?.state === "open") {
    next.state = "busy";
    chain.push(next);
    next = referenced(next, all);
  }
  if (next?.state === "busy") reportCycle(chain.slice(chain.indexOf(next)));
  while (chain.length > 0) {
    const constant = chain.pop()!;
    constant.value = next === undefined ? evaluate(constant) : inherited(constant, next);
    constant.state = "done";
    if (constant.type !== undefined) constant.model.type = constant.type;
    if (constant.value !== undefined) constant.model.value = constant.value;
    next = constant;
  }
}

/** The constant that stands as the value of another. */
function referenced(
  { node: { value }, type, unit }: Pending,
  all: ReadonlyMap<Constant, Pending>,
): Pending | undefined {
  if (value?.kind !== "word" || type === undefined) return undefined;
  if (isOwnWord(value.text, type)) return undefined;
  const meaning = lookUp(unit, value.text);
  return meaning !== lost && meaning?.kind === "constant" ? all.get(meaning) : undefined;
}

/** Whether a word is a value of the type itself, rather than the name of a constant. */
const isOwnWord = (word: string, type: ConstantType): boolean =>
  type.kind === "enum"
    ? type.declaration.values.some(({ name }) => name === word)
    : type.scalar === "bool" && (word === "true" || word === "false");

function reportCycle(cycle: readonly Pending[]): void {
  const [{ node, unit }] = cycle as [Pending];
  const names = cycle.slice(0, 5).map(({ model }) => model.name);
  const path = [...names, ...(cycle.length > names.length ? ["..."] : []), names[0]!].join("` is `");
  unit.report("constant-cycle", node.value?.span ?? node.span, { path });
}

function inherited({ node, type, unit }: Pending, from: Pending): Value | undefined {
  if (type === undefined || from.type === undefined) return undefined;
  if (!sameType(type, from.type)) {
    unit.report("constant-mismatch", node.value!.span, {
      expected: describeType(type),
      found: `\`${from.model.name}\`, a constant of type \`${describeType(from.type)}\``,
    });
    return undefined;
  }
  return from.value;
}

const sameType = (one: ConstantType, other: ConstantType): boolean =>
  one.kind === "scalar"
    ? other.kind === "scalar" && one.scalar === other.scalar
    : other.kind === "enum" && one.declaration === other.declaration;

const describeType = (type: ConstantType): string =>
  type.kind === "scalar" ? type.scalar : type.declaration.name;

function constantType(node: ConstantNode, unit: Unit): ConstantType | undefined {
  if (node.type === undefined) return undefined;
  const type = resolveType(node.type, unit);
  if (type === undefined) return undefined;
  const allowed =
    type.kind === "enum" ||
    (type.kind === "scalar" && type.scalar !== "bytes" && type.scalar !== "timestamp");
  if (allowed) return type;
  unit.report("bad-constant-type", node.type.span);
  return undefined;
}

const outOfRange = Symbol("out of range");

function evaluate({ node: { value }, type, unit }: Pending): Value | undefined {
  if (value === undefined || type === undefined || (value.kind === "number" && value.bad)) return undefined;
  if (value.kind === "word" && !isOwnWord(value.text, type)) {
    reportWord(value.text, value.span, type, unit);
    return undefined;
  }
  const found = type.kind === "enum" ? enumValue(value, type) : scalarValue(value, type.scalar);
  if (found !== undefined && found !== outOfRange) return found;
  const expected = describeType(type);
  if (found === outOfRange)
    unit.report("constant-out-of-range", value.span, { text: shown(value), type: expected });
  else unit.report("constant-mismatch", value.span, { expected, found: shown(value) });
  return undefined;
}

function reportWord(name: string, span: Span, type: ConstantType, unit: Unit): void {
  const incomplete = type.kind === "enum" && unit.incomplete.has(type.declaration);
  const meaning = lookUp(unit, name);
  // A constant is left over here only as part of a cycle, which is reported.
  if (incomplete || meaning === lost || meaning?.kind === "constant") return;
  const own = type.kind === "enum" ? type.declaration.values.map((value) => value.name) : ["true", "false"];
  const constants = [...unit.scope].flatMap(([known, what]) =>
    what !== lost && what.kind === "constant" ? [known] : [],
  );
  unit.report("unknown-value", span, {
    name,
    type: describeType(type),
    importable: () => importable(unit, name),
    suggestion: () =>
      nearest(name, type.kind === "enum" || type.scalar === "bool" ? [...own, ...constants] : constants),
  });
}

const enumValue = (literal: LiteralNode, { declaration }: EnumType): EnumValue | undefined =>
  literal.kind === "word" ? declaration.values.find(({ name }) => name === literal.text) : undefined;

/** What protobuf's Duration can hold, in ms: 10,000 years. */
const longestDuration = 315_576_000_000_000;
const largestFloat32 = 3.4028234663852886e38;

/** The value of a literal; undefined where it is of another kind. */
function scalarValue(literal: LiteralNode, scalar: Scalar): Value | typeof outOfRange | undefined {
  if (literal.kind === "word") return scalar === "bool" ? literal.text === "true" : undefined;
  if (literal.kind === "text") return scalar === "string" ? literal.value : undefined;
  const { text } = literal;
  if (scalar === "duration") return within(milliseconds(text), longestDuration);
  if (scalar === "float64") return within(floatingPoint(text), Number.MAX_VALUE);
  if (scalar === "float32") return within(floatingPoint(text), largestFloat32);
  const range = integerRanges.get(scalar);
  const whole = wholeNumber(text);
  if (range === undefined || whole === undefined) return undefined;
  if (whole < range.from || whole > range.to) return outOfRange;
  return range.wide ? whole : Number(whole);
}

function within(value: number | undefined, limit: number): number | typeof outOfRange | undefined {
  if (value === undefined || Number.isNaN(value)) return undefined;
  return Math.abs(value) <= limit ? value : outOfRange;
}

interface IntegerRange {
  readonly from: bigint;
  readonly to: bigint;
  /** A bigint in TypeScript. */
  readonly wide: boolean;
}

const signed = (bits: number): IntegerRange => ({
  from: -(2n ** BigInt(bits - 1)),
  to: 2n ** BigInt(bits - 1) - 1n,
  wide: bits === 64,
});
const unsigned = (bits: number): IntegerRange => ({
  from: 0n,
  to: 2n ** BigInt(bits) - 1n,
  wide: bits === 64,
});

const integerRanges: ReadonlyMap<Scalar, IntegerRange> = new Map<Scalar, IntegerRange>([
  ["int", { from: BigInt(Number.MIN_SAFE_INTEGER), to: BigInt(Number.MAX_SAFE_INTEGER), wide: false }],
  ["int32", signed(32)],
  ["sint32", signed(32)],
  ["sfixed32", signed(32)],
  ["uint32", unsigned(32)],
  ["fixed32", unsigned(32)],
  ["int64", signed(64)],
  ["sint64", signed(64)],
  ["sfixed64", signed(64)],
  ["uint64", unsigned(64)],
  ["fixed64", unsigned(64)],
]);

const shown = (literal: LiteralNode): string =>
  literal.kind === "text" ? "a string" : `\`${clip(literal.text)}\``;
