/** Protobuf for the one message, written by hand. */
import type { EchoMessage } from "../../message.ts";
import type { FrameWriter, Received } from "./frames.ts";

const longestNumber = 10;
const tagAndLength = 6;

/** Writes a message into a frame of its own. */
export function send(writer: FrameWriter, id: number, message: EchoMessage): void {
  const start = writer.open(sizeBound(message));
  encode(writer, message);
  writer.close(start, id);
}

/** An upper bound of the encoded size: UTF-8 takes at most three bytes for a UTF-16 unit. */
function sizeBound(message: EchoMessage): number {
  const units = message.key.length + message.method.length + message.region.length + message.user.length;
  return units * 3 + 4 * tagAndLength + 2 * (1 + longestNumber);
}

/** Into room that was made with {@link sizeBound}. */
function encode(writer: FrameWriter, message: EchoMessage): void {
  const buffer = writer.buffer;
  let at = writer.position;
  if (message.id !== 0) {
    buffer[at++] = 8;
    at = writeVarint(buffer, at, message.id);
  }
  if (message.key !== "") at = writeString(buffer, at, 18, message.key);
  if (message.method !== "") at = writeString(buffer, at, 26, message.method);
  if (message.region !== "") at = writeString(buffer, at, 34, message.region);
  if (message.user !== "") at = writeString(buffer, at, 42, message.user);
  if (!Object.is(message.value, 0)) {
    buffer[at++] = 49;
    at = buffer.writeDoubleLE(message.value, at);
  }
  writer.position = at;
}

function writeVarint(buffer: Buffer, at: number, value: number): number {
  while (value > 127) {
    buffer[at++] = (value & 127) | 128;
    value = value > 0x7fff_ffff ? Math.floor(value / 128) : value >>> 7;
  }
  buffer[at++] = value;
  return at;
}

function writeString(buffer: Buffer, at: number, tag: number, text: string): number {
  buffer[at++] = tag;
  const start = at + 1;
  const length = text.length;
  if (length < 32) {
    let i = 0;
    for (; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 127) break;
      buffer[start + i] = unit;
    }
    if (i === length) {
      buffer[at] = length;
      return start + length;
    }
  }
  const size = Buffer.byteLength(text);
  const body = writeVarint(buffer, at, size);
  return body + buffer.write(text, body, size);
}

export function decode(received: Received, start: number, end: number): EchoMessage {
  const buffer = received.buffer;
  let id = 0;
  let key = "";
  let method = "";
  let region = "";
  let user = "";
  let value = 0;
  let at = start;
  while (at < end) {
    const tag = buffer[at++]!;
    if (tag === 8) {
      let byte = buffer[at++]!;
      let unit = 1;
      id = byte & 127;
      while (byte > 127) {
        byte = buffer[at++]!;
        unit *= 128;
        id += (byte & 127) * unit;
      }
    } else if (tag === 49) {
      value = buffer.readDoubleLE(at);
      at += 8;
    } else {
      const from = at + 1;
      at = from + buffer[at]!;
      const text = readString(received, from, at);
      if (tag === 18) key = text;
      else if (tag === 26) method = text;
      else if (tag === 34) region = text;
      else if (tag === 42) user = text;
      else throw new Error(`tag ${tag} is not one of Echo's`);
    }
  }
  return { id, key, method, region, user, value };
}

/**
 * Cuts an ASCII string out of the chunk's: the fastest there is, and more than a library may do, because a
 * string that is kept then keeps the whole chunk.
 */
function readString({ buffer, text }: Received, start: number, end: number): string {
  for (let i = start; i < end; i++) {
    if (buffer[i]! > 127) return buffer.toString("utf8", start, end);
  }
  return text.substring(start, end);
}
