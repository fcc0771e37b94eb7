import { isUtf8 } from "node:buffer";
import { DecodeError, EncodeError } from "../errors.ts";

/**
 * UTF-8, both ways. Short strings go through JavaScript: below these lengths a call into the engine costs
 * more than the loop.
 */
const shortWrite = 24;
const shortRead = 16;

// Buffer's own methods, without the argument checks of its documented ones. They work on any Uint8Array.
interface NativeText {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
  utf8Write(text: string, offset: number): number;
}
const native = Buffer.prototype as unknown as NativeText;

/**
 * Writes a string as UTF-8; the buffer has room for three bytes per UTF-16 unit.
 * @returns the offset after it
 * @throws EncodeError on half of a surrogate pair: UTF-8 has no form for one, and to replace it would
 * change the value silently
 */
export function writeUtf8(buffer: Buffer, offset: number, text: string): number {
  const length = text.length;
  if (length > shortWrite) return writeLong(buffer, offset, text);
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x80) return writeFrom(buffer, offset + index, text, index);
    buffer[offset + index] = unit;
  }
  return offset + length;
}

function writeLong(buffer: Buffer, offset: number, text: string): number {
  if (!isWellFormed(text)) refuseSurrogate();
  return offset + (buffer as unknown as NativeText).utf8Write(text, offset);
}

function writeFrom(buffer: Buffer, offset: number, text: string, from: number): number {
  for (let index = from; index < text.length; index++) {
    let point = text.charCodeAt(index);
    if (point < 0x80) {
      buffer[offset++] = point;
      continue;
    }
    if (point < 0x800) {
      buffer[offset++] = 0xc0 | (point >> 6);
      buffer[offset++] = 0x80 | (point & 0x3f);
      continue;
    }
    if ((point & 0xf800) === 0xd800) {
      point = text.codePointAt(index++)!;
      if (point < 0x1_0000 || (text.charCodeAt(index - 1) & 0xfc00) === 0xdc00) refuseSurrogate();
      buffer[offset++] = 0xf0 | (point >> 18);
      buffer[offset++] = 0x80 | ((point >> 12) & 0x3f);
    } else {
      buffer[offset++] = 0xe0 | (point >> 12);
    }
    buffer[offset++] = 0x80 | ((point >> 6) & 0x3f);
    buffer[offset++] = 0x80 | (point & 0x3f);
  }
  return offset;
}

/** Tells whether every surrogate in a string has its other half. */
export function isWellFormed(text: string): boolean {
  // In Node since 20, in TypeScript's library since es2024.
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}

function refuseSurrogate(): never {
  throw new EncodeError(
    "a string with half of a surrogate pair has no form in UTF-8; String.prototype.toWellFormed() replaces it",
  );
}

/**
 * Reads UTF-8 between two offsets; the result shares nothing with the bytes.
 * @throws DecodeError where the bytes are not UTF-8
 */
export function readUtf8(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > shortRead) return readLong(bytes, start, end);
  let bits = 0;
  for (let at = start; at < end; at++) bits |= bytes[at]!;
  return bits < 0x80 ? readAscii(bytes, start, end) : readLong(bytes, start, end);
}

function readAscii(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  let at = start;
  for (; at + 4 <= end; at += 4) {
    text += String.fromCharCode(bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!);
  }
  for (; at < end; at++) text += String.fromCharCode(bytes[at]!);
  return text;
}

const replacement = "\ufffd";

function readLong(bytes: Uint8Array, start: number, end: number): string {
  const text = native.utf8Slice.call(bytes, start, end);
  // The engine replaces what is not UTF-8; only a text with a replacement in it needs a second look.
  if (text.includes(replacement) && !isUtf8(bytes.subarray(start, end))) {
    throw new DecodeError("a string is not valid UTF-8");
  }
  return text;
}
