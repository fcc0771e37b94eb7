import {
  create,
  type DescMessage,
  fromBinary,
  fromJson,
  type JsonValue,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import { readFileSync } from "node:fs";
import type { ValueType } from "../../runtime/src/schema/types.ts";
import { loadProto } from "./protobuf.ts";
import { inNotation } from "./values.ts";

const proto = loadProto(readFileSync(new URL("everything.proto", import.meta.url), "utf8"));

/** Another implementation's idea of one message type. */
export interface PeerType {
  readonly library: string;
  /**
   * The bytes of a value of ours.
   * @param inside - the wrapper's field that holds it, where it is not a message itself
   */
  encode(type: ValueType, value: unknown, inside?: string): Uint8Array;
  /** Decodes and encodes again. */
  again(bytes: Uint8Array): Uint8Array;
}

export function protobufjsType(name: string): PeerType {
  const peer = proto.root.lookupType(`everything.v1.${name}`);
  const notation = { int64: String, union: (kind: string, value: unknown) => ({ [kind]: value }) };
  return {
    library: "protobufjs",
    encode(type, value, inside) {
      const message = peer.fromObject(within(inside, inNotation(type, value, notation)));
      return new Uint8Array(peer.encode(message).finish());
    },
    again(bytes) {
      return new Uint8Array(peer.encode(peer.decode(bytes)).finish());
    },
  };
}

export interface ProtobufEsType extends PeerType {
  toJson(bytes: Uint8Array): JsonValue;
  fromJson(json: JsonValue): Uint8Array;
}

export function protobufEsType(name: string): ProtobufEsType {
  const schema: DescMessage = proto.registry.getMessage(`everything.v1.${name}`)!;
  const notation = {
    int64: (value: bigint) => value,
    union: (kind: string, value: unknown) => ({ kind: { case: kind, value } }),
  };
  return {
    library: "@bufbuild/protobuf",
    encode(type, value, inside) {
      return toBinary(schema, create(schema, within(inside, inNotation(type, value, notation))));
    },
    again(bytes) {
      return toBinary(schema, fromBinary(schema, bytes));
    },
    toJson(bytes) {
      return toJson(schema, fromBinary(schema, bytes));
    },
    fromJson(json) {
      return toBinary(schema, fromJson(schema, json));
    },
  };
}

function within(name: string | undefined, value: unknown): Record<string, unknown> {
  return name === undefined ? (value as Record<string, unknown>) : { [name]: value };
}
