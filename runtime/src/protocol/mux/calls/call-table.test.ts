import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CallTable } from "./call-table.ts";

class Call {
  readonly id: number;
  constructor(id: number) {
    this.id = id;
  }
}

/** What a table must be as good as. */
type Model = Map<number, Call>;

/** Ids that share slots, lie next to each other, or near the wrap. */
const ids = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: 0, max: 40 }).map((n) => n * 16_384),
  fc.integer({ min: 0xffff_ffe0, max: 0xffff_ffff }),
  fc.integer({ min: 0, max: 0xffff_ffff }),
);

class Add implements fc.Command<Model, CallTable<Call>> {
  readonly id: number;
  constructor(id: number) {
    this.id = id;
  }
  check = (model: Readonly<Model>): boolean => !model.has(this.id);
  run(model: Model, table: CallTable<Call>): void {
    const call = new Call(this.id);
    model.set(this.id, call);
    table.add(call);
    same(model, table, this.id);
  }
  toString = (): string => `add(${this.id})`;
}

class Delete implements fc.Command<Model, CallTable<Call>> {
  readonly pick: number;
  constructor(pick: number) {
    this.pick = pick;
  }
  check = (model: Readonly<Model>): boolean => model.size > 0;
  run(model: Model, table: CallTable<Call>): void {
    const call = [...model.values()][this.pick % model.size]!;
    model.delete(call.id);
    table.delete(call);
    same(model, table, call.id);
  }
  toString = (): string => `delete(${this.pick})`;
}

class DeleteStranger implements fc.Command<Model, CallTable<Call>> {
  readonly id: number;
  constructor(id: number) {
    this.id = id;
  }
  check = (): boolean => true;
  run(model: Model, table: CallTable<Call>): void {
    table.delete(new Call(this.id));
    same(model, table, this.id);
  }
  toString = (): string => `deleteStranger(${this.id})`;
}

class Trim implements fc.Command<Model, CallTable<Call>> {
  check = (): boolean => true;
  run(model: Model, table: CallTable<Call>): void {
    table.trim();
    same(model, table, 0);
  }
  toString = (): string => "trim()";
}

function same(model: Model, table: CallTable<Call>, id: number): void {
  expect(table.size).toBe(model.size);
  expect(table.get(id)).toBe(model.get(id));
  for (const call of model.values()) expect(table.get(call.id)).toBe(call);
  expect(new Set(table.all())).toEqual(new Set(model.values()));
}

describe("the table of calls", () => {
  it("is as good as a map, whatever the ids", () => {
    const commands = fc.commands(
      [
        ids.map((id) => new Add(id)),
        fc.nat().map((pick) => new Delete(pick)),
        ids.map((id) => new DeleteStranger(id)),
        fc.constant(new Trim()),
      ],
      { maxCommands: 100, size: "max" },
    );
    fc.assert(
      fc.property(commands, (list) => {
        fc.modelRun(() => ({ model: new Map<number, Call>(), real: new CallTable<Call>() }), list);
      }),
      { numRuns: 100 },
    );
  });

  it("finds a call only by its whole id", () => {
    const table = new CallTable<Call>();
    table.add(new Call(3));
    for (const id of [3 + 16, 3 + 16_384, 3 + 2 ** 31]) expect(table.get(id)).toBeUndefined();
  });

  it("keeps 50,000 calls, more than it has slots, and lets them go in any order", () => {
    const table = new CallTable<Call>();
    const calls = Array.from({ length: 50_000 }, (_, i) => new Call((i * 2_654_435_761) >>> 0));
    for (const call of calls) table.add(call);
    expect(table.size).toBe(50_000);
    expect(calls.every((call) => table.get(call.id) === call)).toBe(true);
    for (let i = 0; i < calls.length; i += 2) table.delete(calls[i]!);
    for (let i = 1; i < calls.length; i += 2) table.delete(calls[i]!);
    expect(table.size).toBe(0);
    expect(table.all()).toEqual([]);
    expect(calls.some((call) => table.get(call.id) !== undefined)).toBe(false);
  });

  it("may lose calls while a copy of it is walked", () => {
    const table = new CallTable<Call>();
    for (let id = 1; id <= 20; id++) table.add(new Call(id * 16_384));
    for (const call of table.all()) table.delete(call);
    expect(table.size).toBe(0);
  });

  it("counts ids up through the wrap without a collision", () => {
    const table = new CallTable<Call>();
    const calls = [0xffff_fffe, 0xffff_ffff, 1, 2].map((id) => new Call(id));
    for (const call of calls) table.add(call);
    expect(calls.map(({ id }) => table.get(id))).toEqual(calls);
    expect(table.get(0)).toBeUndefined();
  });
});
