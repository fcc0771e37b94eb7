/**
 * The layout of a frame: `u24 payload length, u8 kind and flags, u32 call id`, big-endian, then the payload.
 * No other file knows it.
 */
import type { Writer } from "../../../bytes/writer.ts";

export const headerBytes = 8;

/** What a frame is; the low four bits of its fourth byte. */
export const Kind = {
  REQUEST: 1,
  MESSAGE: 2,
  RESPONSE: 3,
  CANCEL: 4,
  WINDOW: 5,
  PING: 6,
  PONG: 7,
  GOAWAY: 8,
  LOAD: 9,
  SIZE: 10,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** The high four bits of a frame's fourth byte. */
export const Flag = {
  /** The client's side of the stream ends here. */
  END_STREAM: 0x10,
  /** The message goes on in a later frame. */
  MORE: 0x20,
  /** On an error RESPONSE: no handler was entered. */
  NOT_RUN: 0x40,
  /** On MESSAGE: it is a message of a stream, or a piece of one, and costs credit. */
  COUNTED: 0x80,
} as const;

const kindNames: readonly string[] = ["kind 0", ...Object.keys(Kind)];

/** For messages: the kind's name, or its number. */
export function kindName(kind: number): string {
  return kindNames[kind] ?? `kind ${kind}`;
}

/** Starts a frame; what is written next is its payload. Returns where it starts, for {@link endFrame}. */
export function beginFrame(writer: Writer, kind: number, id: number): number {
  const start = writer.pos;
  writer.reserve(headerBytes);
  const { buffer } = writer;
  buffer[start + 3] = kind;
  buffer[start + 4] = id >>> 24;
  buffer[start + 5] = id >>> 16;
  buffer[start + 6] = id >>> 8;
  buffer[start + 7] = id;
  writer.pos = start + headerBytes;
  return start;
}

/** Ends a frame: its length goes where {@link beginFrame} left room. */
export function endFrame(writer: Writer, start: number): void {
  const length = writer.pos - start - headerBytes;
  const { buffer } = writer;
  buffer[start] = length >>> 16;
  buffer[start + 1] = length >>> 8;
  buffer[start + 2] = length;
}

/** A frame's payload length, from where the frame starts. */
export function payloadLength(bytes: Uint8Array, start: number): number {
  return (bytes[start]! << 16) | (bytes[start + 1]! << 8) | bytes[start + 2]!;
}

/** A frame's kind and flags in one byte. */
export function kindAndFlags(bytes: Uint8Array, start: number): number {
  return bytes[start + 3]!;
}

/** A frame's call id, unsigned. */
export function callId(bytes: Uint8Array, start: number): number {
  return (
    ((bytes[start + 4]! << 24) | (bytes[start + 5]! << 16) | (bytes[start + 6]! << 8) | bytes[start + 7]!) >>>
    0
  );
}

/** Whether an id comes after another, in serial arithmetic modulo 2^32. */
export function isAfter(id: number, other: number): boolean {
  return ((id - other) | 0) > 0;
}
