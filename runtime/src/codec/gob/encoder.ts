import type { Writer } from "../../bytes/writer.ts";
import { explain } from "../explain.ts";
import type { Described } from "../explain.ts";
import { Definitions, putLength } from "./definitions.ts";
import { type GobType, type GoType, goType } from "./go-type.ts";
import { putInt } from "./numbers.ts";
import { writePlan } from "./write-plan.ts";

/** What says of which type a value is: a body, or a struct of a protocol's own. */
export interface Typed {
  readonly type: GobType;
}

/** Writes the values of one stream: each type is defined when its first value goes out. */
export class GobEncoder {
  private readonly definitions = new Definitions();

  /**
   * Appends a value, and before it the definitions that the stream does not have yet. After a throw the writer and the
   * stream are as before.
   * @throws EncodeError that names the field which does not fit its type
   */
  encode(writer: Writer, body: Typed, value: unknown): void {
    const start = writer.pos;
    const mark = this.definitions.mark;
    try {
      this.append(writer, body.type, value);
    } catch (error) {
      writer.pos = start;
      this.definitions.forgetAfter(mark);
      throw explain(error, body.type as Described, value);
    }
  }

  /** A place in the stream, for {@link forgetAfter}. */
  get mark(): number {
    return this.definitions.mark;
  }

  /** Takes back what was encoded after a place, where its bytes did not go out after all. */
  forgetAfter(mark: number): void {
    this.definitions.forgetAfter(mark);
  }

  private append(writer: Writer, type: GobType, value: unknown): void {
    const local = goType(type);
    putValue(writer, local, this.definitions.define(writer, local), value);
  }
}

/** Appends a value whose type is defined. */
export function putValue(writer: Writer, type: GoType, id: number, value: unknown): void {
  const start = writer.byte(0).pos;
  putInt(writer, id);
  // What has no fields around it has a zero before it.
  if (type.kind !== "struct") writer.byte(0);
  writePlan(type).write(writer, value, 0);
  putLength(writer, start);
}
