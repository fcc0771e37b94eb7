import type { Reader } from "../bytes/reader.ts";
import type { Writer } from "../bytes/writer.ts";
import type { Body } from "../schema/body.ts";
import type { BinaryOptions, JsonValue } from "../schema/message.ts";
import type { AnyMessageType, AnyUnionType } from "../schema/types.ts";
import { fromJson, toJson } from "./json.ts";
import { decodeBody, encodeBody } from "./proto.ts";

/**
 * What messages and unions can do without a call. Services refer to bodies alone, which the protocols encode with what they load
 * themselves: a client's bundle begins without writer, reader and JSON where its program does not call these.
 */
export abstract class StandaloneCodec<T, B extends AnyMessageType | AnyUnionType> {
  readonly typeName: string;
  readonly type: B;

  constructor(body: B) {
    this.typeName = body.typeName;
    this.type = body;
  }

  write(writer: Writer, value: T): void {
    this.type.write(writer, value);
  }

  read(reader: Reader, end: number, into?: T): T {
    return (this.type as Body<T>).read(reader, end, into);
  }

  encode(value: T, options?: BinaryOptions): Uint8Array {
    return encodeBody(this.type, value, options);
  }

  decode(bytes: Uint8Array, options?: BinaryOptions): T {
    return decodeBody<T>(this.type, bytes, options);
  }

  toJson(value: T): JsonValue {
    return toJson(this.type, value);
  }

  fromJson(json: JsonValue): T {
    return fromJson(this.type, json) as T;
  }
}
