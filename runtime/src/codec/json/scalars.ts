import { isWellFormed } from "../../bytes/utf8.ts";
import type { JsonValue } from "../../schema/message.ts";
import type { ScalarName } from "../../schema/types.ts";
import { parseDuration, parseTimestamp } from "./time.ts";

const integerPattern = /^-?\d+$/;
const numberPattern = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;
const base64Pattern = /^[A-Za-z0-9+/_-]*={0,2}$/;

type Parse = (json: JsonValue) => unknown;

/** By type: the value that a JSON value stands for, or undefined where it stands for none. */
export const parseScalar: Readonly<Record<ScalarName, Parse>> = {
  bool: (json) => (typeof json === "boolean" ? json : undefined),
  string: (json) => (typeof json === "string" && isWellFormed(json) ? json : undefined),
  bytes: (json) => (typeof json === "string" ? parseBase64(json) : undefined),
  int: integerWithin(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  int32: integerWithin(-(2 ** 31), 2 ** 31 - 1),
  sint32: integerWithin(-(2 ** 31), 2 ** 31 - 1),
  sfixed32: integerWithin(-(2 ** 31), 2 ** 31 - 1),
  uint32: integerWithin(0, 2 ** 32 - 1),
  fixed32: integerWithin(0, 2 ** 32 - 1),
  int64: bigintOf((value) => BigInt.asIntN(64, value)),
  sint64: bigintOf((value) => BigInt.asIntN(64, value)),
  sfixed64: bigintOf((value) => BigInt.asIntN(64, value)),
  uint64: bigintOf((value) => BigInt.asUintN(64, value)),
  fixed64: bigintOf((value) => BigInt.asUintN(64, value)),
  float32: parseFloat32,
  float64: parseFloat64,
  timestamp: (json) => (typeof json === "string" ? parseTimestamp(json) : undefined),
  duration: (json) => (typeof json === "string" ? parseDuration(json) : undefined),
};

function parseBase64(text: string): Uint8Array | undefined {
  const digits = text.replace(/=+$/, "").length;
  if (digits % 4 === 1 || !base64Pattern.test(text)) return undefined;
  return new Uint8Array(Buffer.from(text, "base64"));
}

function integerWithin(least: number, most: number): Parse {
  return (json) => {
    const value = numberOf(json);
    if (value === undefined || !Number.isInteger(value) || value < least || value > most) return undefined;
    // An integer has no -0.
    return value + 0;
  };
}

/** A JSON number beyond 2^53 has lost digits already, so only a string may be that large. */
function bigintOf(wrap: (value: bigint) => bigint): Parse {
  return (json) => {
    const value = wideInteger(json);
    return value !== undefined && wrap(value) === value ? value : undefined;
  };
}

function wideInteger(json: JsonValue): bigint | undefined {
  // 64 bits are 20 digits; the bound keeps a long text from becoming a huge number first.
  if (typeof json === "string" && json.length <= 40 && integerPattern.test(json)) return BigInt(json);
  const value = numberOf(json);
  return value !== undefined && Number.isSafeInteger(value) ? BigInt(value) : undefined;
}

function parseFloat64(json: JsonValue): number | undefined {
  switch (json) {
    case "NaN":
      return NaN;
    case "Infinity":
      return Infinity;
    case "-Infinity":
      return -Infinity;
    default: {
      const value = numberOf(json);
      return Number.isFinite(value) ? value : undefined;
    }
  }
}

function parseFloat32(json: JsonValue): number | undefined {
  const value = parseFloat64(json);
  if (value === undefined) return undefined;
  const rounded = Math.fround(value);
  return Number.isFinite(rounded) === Number.isFinite(value) ? rounded : undefined;
}

function numberOf(json: JsonValue): number | undefined {
  if (typeof json === "number") return json;
  return typeof json === "string" && numberPattern.test(json) ? Number(json) : undefined;
}
