import type { Body } from "../../../runtime/src/schema/body.ts";
import { nothing } from "../../../runtime/src/generated-code.ts";
import {
  Choice,
  Empty,
  Everything,
  Holder,
  Lists,
  Lost,
  Maps,
  Node,
  Optionals,
  Scalars,
  Traps,
} from "../../codec/everything.gorpc.ts";

/** A value that is also in go/gob/cases.go, under the same name. */
export interface Case {
  readonly name: string;
  readonly body: Body<unknown>;
  readonly value: unknown;
  /** Go leaves out a zero that we write, since it would not tell it from nothing. */
  readonly shorter?: true;
}

const { bare, grid, choose, when, keyed } = Everything.methods;

const text = (length: number): string =>
  Array.from({ length }, (_, index) => String.fromCharCode(97 + (index % 26))).join("");
const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => index);

/** Go's zero time. */
const yearOne = new Date("0001-01-01T00:00:00Z");

const zero: Scalars = {
  flag: false,
  text: "",
  blob: bytes(0),
  int: 0,
  int32: 0,
  uint32: 0,
  sint32: 0,
  fixed32: 0,
  sfixed32: 0,
  int64: 0n,
  uint64: 0n,
  sint64: 0n,
  fixed64: 0n,
  sfixed64: 0n,
  float32: 0,
  float64: 0,
  at: yearOne,
  wait: 0,
  phase: 0,
  last: false,
};

const mostInt32 = 2 ** 31 - 1;
const leastInt32 = -(2 ** 31);
const mostUint32 = 2 ** 32 - 1;
const mostInt64 = 2n ** 63n - 1n;
const leastInt64 = -(2n ** 63n);
const mostUint64 = 2n ** 64n - 1n;

const most: Scalars = {
  flag: true,
  text: `ä€😀${text(200)}`,
  blob: bytes(300),
  int: Number.MAX_SAFE_INTEGER,
  int32: mostInt32,
  uint32: mostUint32,
  sint32: mostInt32,
  fixed32: mostUint32,
  sfixed32: mostInt32,
  int64: mostInt64,
  uint64: mostUint64,
  sint64: mostInt64,
  fixed64: mostUint64,
  sfixed64: mostInt64,
  float32: 3.4028234663852886e38,
  float64: Number.MAX_VALUE,
  at: new Date(8.64e15),
  wait: 200 * 365 * 24 * 3_600_000,
  phase: mostInt32 as never,
  last: true,
};

const least: Scalars = {
  ...zero,
  text: "\0",
  blob: bytes(1),
  int: Number.MIN_SAFE_INTEGER,
  int32: leastInt32,
  uint32: 1,
  sint32: leastInt32,
  fixed32: 1,
  sfixed32: leastInt32,
  int64: leastInt64,
  uint64: 1n,
  sint64: leastInt64,
  fixed64: 1n,
  sfixed64: leastInt64,
  float32: 2 ** -149,
  float64: Number.MIN_VALUE,
  at: new Date(-8.64e15),
  wait: -1e-6,
  phase: leastInt32 as never,
};

const round: Scalars = {
  ...zero,
  text: text(127),
  blob: bytes(128),
  int: -1,
  int32: -1,
  uint32: 1,
  sint32: 1,
  int64: -1n,
  uint64: 1n,
  float32: 17,
  float64: -0.5,
  at: new Date(1_700_000_000_123),
  wait: 1500,
  phase: 1,
};

/** At both sides of a number's widths. */
const widths = (signed: number, unsigned: number): Scalars => ({
  ...zero,
  int: signed,
  int32: -signed,
  sint32: signed,
  int64: BigInt(-signed - 1),
  uint32: unsigned,
  uint64: BigInt(unsigned) << 32n,
  fixed64: BigInt(unsigned) << 8n,
  phase: signed as never,
});

const noOptionals = Object.fromEntries(
  Optionals.fields.map(({ name }) => [name, undefined]),
) as unknown as Optionals;

const allOptionals = (): Optionals => {
  const shared: Partial<Scalars> = { ...most };
  delete shared.last;
  return {
    ...shared,
    scalars: zero,
    choice: { kind: "point", value: { x: 1, y: 0 } },
    texts: [""],
    labels: { "": 0 },
  };
};

const noLists = Object.fromEntries(
  Lists.fields.map(({ name }) => [name, [] as unknown[]]),
) as unknown as Lists;

const lists = (s: Scalars, choice: Choice): Lists => ({
  flag: [s.flag],
  text: [s.text],
  blob: [s.blob],
  int: [s.int],
  int32: [s.int32],
  uint32: [s.uint32],
  sint32: [s.sint32],
  fixed32: [s.fixed32],
  sfixed32: [s.sfixed32],
  int64: [s.int64],
  uint64: [s.uint64],
  sint64: [s.sint64],
  fixed64: [s.fixed64],
  sfixed64: [s.sfixed64],
  float32: [s.float32],
  float64: [s.float64],
  at: [s.at],
  wait: [s.wait],
  phase: [s.phase],
  point: [{ x: 0, y: 0 }],
  choice: [choice],
  grid: [[]],
  cube: [[[""]]],
  tables: [{ "": 0n }],
});

const boundaries = (): Lists => {
  const a = lists(most, { kind: "text", value: "a" }) as unknown as Record<string, unknown[]>;
  const b = lists(least, { kind: "list", value: [5] }) as unknown as Record<string, unknown[]>;
  const both = Object.fromEntries(Object.keys(a).map((name) => [name, [...a[name]!, ...b[name]!]]));
  return {
    ...(both as unknown as Lists),
    point: [
      { x: 0, y: 0 },
      { x: -1, y: 1 },
    ],
    grid: [[1, 2], [], [-3]],
    cube: [[], [["a", "b"], []]],
    tables: [{}, { a: -1n }],
  };
};

const noMaps = Object.fromEntries(
  Maps.fields.map(({ name, type }) => [
    name,
    typeof type === "object" && type.kind === "map" && type.key === "string" ? {} : new Map(),
  ]),
) as unknown as Maps;

const maps = (s: Scalars): Maps => ({
  text: { [s.text]: s.text },
  flag: new Map([[s.flag, s.text]]),
  int: new Map([[s.int, s.int]]),
  int32: new Map([[s.int32, s.int32]]),
  uint32: new Map([[s.uint32, s.uint32]]),
  sint32: new Map([[s.sint32, s.sint32]]),
  fixed32: new Map([[s.fixed32, s.fixed32]]),
  sfixed32: new Map([[s.sfixed32, s.sfixed32]]),
  int64: new Map([[s.int64, s.int64]]),
  uint64: new Map([[s.uint64, s.uint64]]),
  sint64: new Map([[s.sint64, s.sint64]]),
  fixed64: new Map([[s.fixed64, s.fixed64]]),
  sfixed64: new Map([[s.sfixed64, s.sfixed64]]),
  blob: { k: s.blob },
  float32: { k: s.float32 },
  float64: { k: s.float64 },
  at: { k: s.at },
  wait: { k: s.wait },
  phase: { k: s.phase },
  point: { k: { x: 0, y: 0 } },
  choice: new Map([[1, { kind: "text", value: "c" }]]),
  lists: { k: [0] },
  maps: { k: new Map([[true, "t"]]) },
  yes: { k: s.flag },
});

const leaf: Node = {
  name: "",
  left: undefined,
  children: [],
  byName: {},
  point: { x: 0, y: 0 },
  choice: undefined,
};

const nested = (): Node => {
  const named = { ...leaf, name: "leaf", point: { x: 3, y: 4 } };
  return {
    ...leaf,
    name: "root",
    left: { ...leaf, name: "left", left: leaf },
    children: [named, leaf],
    byName: { leaf: named },
    choice: { kind: "point", value: { x: 5, y: 6 } },
  };
};

const traps: Traps = {
  ["__proto__"]: 1,
  constructor: "c",
  toString: "s",
  hasOwnProperty: { x: 1, y: 2 },
  r: 2,
  w: 3,
  m: 4,
  tag: 5,
  end: 6,
  into: 7,
  default: 8,
  rpc: 9,
  kind: "k",
};

const entry = <T>(name: string, body: Body<T>, value: T): Case => ({
  name,
  body: body,
  value,
});
const choice = (name: string, value: Choice): Case => entry(`choice/${name}`, Choice, value);
const scalars = (name: string, value: Scalars): Case => entry(`scalars/${name}`, Scalars, value);

/** Values as they are read from what Go writes for the case of the same name. */
export const cases: readonly Case[] = [
  scalars("zero", zero),
  scalars("most", most),
  scalars("least", least),
  scalars("round", round),
  scalars("not-a-number", { ...zero, float32: NaN, float64: NaN }),
  scalars("infinite", { ...zero, float32: Infinity, float64: -Infinity }),
  scalars("width-1", widths(63, 127)),
  scalars("width-2", widths(64, 128)),
  scalars("width-3", widths(127, 255)),
  scalars("width-4", widths(128, 256)),
  scalars("width-5", widths(2 ** 15, 2 ** 16)),
  scalars("width-6", widths(2 ** 23, 2 ** 24)),
  entry("optionals/none", Optionals, noOptionals),
  entry("optionals/all", Optionals, allOptionals()),
  entry("lists/empty", Lists, noLists),
  entry("lists/zeros", Lists, lists(zero, { kind: "flag", value: true })),
  entry("lists/boundaries", Lists, boundaries()),
  entry("maps/empty", Maps, noMaps),
  entry("maps/zeros", Maps, maps(zero)),
  entry("maps/most", Maps, maps(most)),
  entry("node/leaf", Node, leaf),
  entry("node/nested", Node, nested()),
  entry("holder", Holder, { choice: { kind: "text", value: "t" }, point: { x: 1, y: 2 } }),
  choice("text", { kind: "text", value: "text" }),
  { ...choice("zero-by-kind", { kind: "number", value: 0n }), shorter: true },
  choice("number", { kind: "number", value: leastInt64 }),
  choice("float", { kind: "float", value: 0.1 }),
  choice("point", { kind: "point", value: { x: 0, y: 0 } }),
  choice("phase", { kind: "phase", value: 7 }),
  choice("at", { kind: "at", value: new Date(0) }),
  choice("list", { kind: "list", value: [1, -1] }),
  choice("labels", { kind: "labels", value: { a: "" } }),
  choice("choice", { kind: "choice", value: { kind: "flag", value: true } }),
  choice("wait", { kind: "wait", value: -1e-6 }),
  choice("blob", { kind: "blob", value: bytes(1) }),
  choice("flag", { kind: "flag", value: true }),
  entry("traps", Traps, traps),
  entry("empty", Empty, {}),
  entry("nothing", nothing, undefined),
  entry("lost", Lost.type, { what: "w", where: { x: 1, y: 2 }, hints: ["h"] }),
  entry("bare/int32s", bare.request, [1, -1, mostInt32, leastInt32]),
  entry("bare/none", bare.request, []),
  entry("bare/int64", bare.response, mostInt64),
  entry("bare/zero", bare.response, 0n),
  entry("bare/grid", grid.request, [["a", ""], []]),
  entry("bare/points", grid.response, {
    k: [
      { x: 1, y: 2 },
      { x: 0, y: 0 },
    ],
  }),
  entry("bare/phase", choose.response, 1),
  entry("bare/timestamp", when.request, new Date(-1)),
  entry("bare/duration", when.response, 3_600_000),
  entry("bare/keyed", keyed.request, new Map([[mostUint64, Uint8Array.of(1, 2, 3)]])),
  entry("bare/true", keyed.response, true),
  entry("bare/false", keyed.response, false),
];
