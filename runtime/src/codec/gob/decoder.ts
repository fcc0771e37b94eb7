import { DecodeError } from "../../errors.ts";
import { channelLimits, checkCount } from "../../limits.ts";
import { checkNames } from "../../option-names.ts";
import type { Body } from "../../schema/body.ts";
import { type AnyGob, readWhole } from "./any.ts";
import { Cursor } from "./cursor.ts";
import { goType } from "./go-type.ts";
import { type Extent, Inbox } from "./inbox.ts";
import { ReadPlans } from "./read-plan.ts";
import { spanWhole } from "./skip.ts";
import type { GobStruct } from "./struct.ts";
import { defaultDefinitionBytes, TypeTable } from "./type-table.ts";
import { interfaceId } from "./wire-type.ts";

/** What a stream may demand of its reader. */
export interface GobLimits {
  /** The longest message, and value where it takes several, in bytes. @defaultValue 4 MiB */
  readonly maxMessageBytes?: number;
  /** What the definitions of all types may take, in bytes. @defaultValue 256 KiB */
  readonly maxDefinitionBytes?: number;
}

/** A value that is there as a whole. */
interface Whole {
  readonly id: number;
  /** Where it begins, after its type's number, from the inbox's start. */
  readonly from: number;
  readonly end: number;
}

/** A value with interfaces in it, which may go on in further messages. */
interface Open {
  readonly id: number;
  readonly from: number;
  readonly cursor: Cursor;
  readonly walk: Generator<undefined>;
}

/**
 * Reads the values of one stream, in order: bytes are pushed as they arrive, and a value is taken when it is there as a
 * whole. What is wrong within a value fails that value alone; what is wrong with the stream fails it for good.
 */
export class GobDecoder {
  private readonly inbox = new Inbox();
  private readonly maxMessageBytes: number;
  private readonly table: TypeTable;
  private readonly plans: ReadPlans;
  private open: Open | undefined;
  private whole: Whole | undefined;
  /** Whether definitions came after the last value: they stand before another one. */
  private expectsValue = false;
  private failure: DecodeError | undefined;

  /** @throws RangeError for a limit that is no integer above 0, TypeError for one that is not known */
  constructor(limits: GobLimits = {}) {
    checkNames("a gob decoder", { maxMessageBytes: true, maxDefinitionBytes: true }, limits);
    const { maxMessageBytes = channelLimits.maxMessageBytes, maxDefinitionBytes = defaultDefinitionBytes } =
      limits;
    this.maxMessageBytes = checkCount("maxMessageBytes", maxMessageBytes);
    this.table = new TypeTable(checkCount("maxDefinitionBytes", maxDefinitionBytes), "maxDefinitionBytes");
    this.plans = new ReadPlans(this.table);
  }

  /** Bytes received and not taken yet. */
  get bufferedBytes(): number {
    return this.inbox.length;
  }

  /** The names of the fields of the first struct that the peer defined, as far as {@link ready} has read. */
  get firstFields(): readonly string[] | undefined {
    return this.table.firstFields;
  }

  /** Takes a chunk in; it is copied. */
  push(chunk: Uint8Array): void {
    this.inbox.push(chunk);
  }

  /**
   * Whether the next value is there as a whole; takes in the definitions before it.
   * @throws DecodeError where what comes is no gob stream or beyond a limit, and again each time it is asked
   */
  ready(): boolean {
    if (this.failure !== undefined) throw this.failure;
    try {
      return this.advance();
    } catch (error) {
      this.failure = error as DecodeError;
      throw error;
    }
  }

  /**
   * Takes the next value.
   * @throws DecodeError where it is not there as a whole or does not fit the type; RangeError for a number out of range
   */
  decode<T>(body: Body<T> | GobStruct<T>): T {
    const { type } = body;
    // Whatever Go has where a method takes or gives nothing.
    if (type === undefined) return this.skip() as T;
    return this.take((id, cursor) => this.plans.read(goType(type), id, cursor)) as T;
  }

  /** Takes the next value as the stream itself describes it. */
  decodeAny(): AnyGob {
    return this.take((id, cursor) => readWhole(id, cursor, this.table));
  }

  /** Passes over the next value. */
  skip(): void {
    this.take((_id, cursor) => {
      cursor.pos = cursor.end;
    });
  }

  /**
   * Says that nothing more comes.
   * @throws DecodeError where the stream ends in the middle of a value, or of what it needs before one
   */
  end(): void {
    if (this.ready()) return;
    if (this.inbox.length > 0 || this.expectsValue)
      throw new DecodeError("the stream ends in the middle of a value");
  }

  private take<T>(read: (id: number, cursor: Cursor) => T): T {
    if (!this.ready()) throw new DecodeError("the stream ends before its next value does");
    const { inbox } = this;
    const { id, from, end } = this.whole!;
    this.whole = undefined;
    const cursor = new Cursor(inbox.bytes, inbox.start + from, inbox.start + end);
    try {
      const value = read(id, cursor);
      if (cursor.pos !== cursor.end)
        throw new DecodeError(`${cursor.end - cursor.pos} bytes are left over after the value`);
      return value;
    } finally {
      inbox.consume(inbox.start + end);
    }
  }

  private advance(): boolean {
    while (this.whole === undefined) {
      if (this.open === undefined) {
        const message = this.inbox.message(this.inbox.start, this.maxMessageBytes);
        if (message === undefined) return false;
        this.enter(message);
      } else if (!this.goOn(this.open)) return false;
    }
    return true;
  }

  /** Takes a definition in, or finds the value that begins. */
  private enter({ from, end }: Extent): void {
    const { inbox, table } = this;
    const cursor = new Cursor(inbox.bytes, from, end);
    const id = cursor.int();
    if (id < 0) {
      table.defineWhole(-id, cursor);
      this.expectsValue = true;
      inbox.consume(end);
      return;
    }
    this.expectsValue = false;
    const type = table.get(id);
    const start = cursor.pos - inbox.start;
    if (id !== interfaceId && !table.holdsInterface) {
      this.whole = { id, from: start, end: end - inbox.start };
      return;
    }
    const walk = spanWhole(cursor, type, table, (inner, at) => table.define(inner, at));
    this.walk({ id, from: start, cursor, walk });
  }

  /** Goes on with a value whose next message may have come; false where it has not. */
  private goOn(open: Open): boolean {
    const { inbox, maxMessageBytes } = this;
    const reached = inbox.start + open.cursor.pos;
    const message = inbox.message(reached, maxMessageBytes);
    if (message === undefined) return false;
    const total = message.end - inbox.start;
    if (total > maxMessageBytes) {
      throw new DecodeError(
        `a value takes ${total} bytes in several messages, more than the limit of ${maxMessageBytes} (option maxMessageBytes)`,
      );
    }
    open.cursor.move(inbox.bytes, reached, message.end);
    this.walk(open);
    return true;
  }

  private walk(open: Open): void {
    const { inbox } = this;
    const { id, from, cursor, walk } = open;
    if (walk.next().done === true) {
      this.open = undefined;
      this.whole = { id, from, end: cursor.end - inbox.start };
    } else {
      this.open = open;
      // What is in the inbox may move until it goes on.
      cursor.move(inbox.bytes, cursor.pos - inbox.start, cursor.pos - inbox.start);
    }
  }
}
