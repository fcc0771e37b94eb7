/** mux/1 by hand, apart from the runtime's own code, so that a peer can say what the runtime never would. */

export const kinds = {
  REQUEST: 1,
  MESSAGE: 2,
  RESPONSE: 3,
  CANCEL: 4,
  WINDOW: 5,
  PING: 6,
  PONG: 7,
  GOAWAY: 8,
} as const;

export const END_STREAM = 0x10;
export const MORE = 0x20;
export const NOT_RUN = 0x40;
export const COUNTED = 0x80;

export interface Frame {
  readonly kind: number;
  readonly flags: number;
  readonly id: number;
  readonly payload: Buffer;
}

/** A frame; `claimed` is the length that its header says, where that is a lie. */
export function frame(
  kindAndFlags: number,
  id: number,
  payload: Uint8Array = Buffer.alloc(0),
  claimed = payload.length,
): Buffer {
  const header = Buffer.alloc(8);
  header.writeUIntBE(claimed, 0, 3);
  header[3] = kindAndFlags;
  header.writeUInt32BE(id, 4);
  return Buffer.concat([header, payload]);
}

export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** Bytes behind their length. */
export function sized(bytes: string | Uint8Array): Buffer {
  const content = Buffer.from(bytes);
  return Buffer.concat([varint(content.length), content]);
}

/** What a REQUEST says before its body. */
export interface RequestHead {
  /** A path, or the index that it was given. */
  readonly method: string | number;
  readonly timeout?: number;
  /** As it lies on the wire, without its length. */
  readonly metadata?: Uint8Array;
}

export function requestPayload(
  { method, timeout = 0, metadata }: RequestHead,
  body: Uint8Array = Buffer.alloc(0),
): Buffer {
  const reference =
    typeof method === "number"
      ? varint(method * 2 + 1)
      : Buffer.concat([varint(Buffer.byteLength(method) * 2), Buffer.from(method)]);
  return Buffer.concat([reference, varint(timeout), sized(metadata ?? Buffer.alloc(0)), body]);
}

export function request(id: number, head: RequestHead, body?: Uint8Array): Buffer {
  return frame(kinds.REQUEST, id, requestPayload(head, body));
}

/** A successful RESPONSE. */
export function answer(id: number, body: Uint8Array): Buffer {
  return frame(kinds.RESPONSE, id, Buffer.concat([Buffer.of(0, 0), body]));
}

/** An error RESPONSE. */
export function failure(id: number, status: number, message: string, flags = 0): Buffer {
  const payload = Buffer.concat([varint(status), Buffer.of(0, 0), sized(message), sized("")]);
  return frame(kinds.RESPONSE | flags, id, payload);
}

export function goaway(last: number, status = 14, text = "bye"): Buffer {
  const id = Buffer.alloc(4);
  id.writeUInt32BE(last);
  return frame(kinds.GOAWAY, 0, Buffer.concat([id, varint(status), sized(text)]));
}

/** An Option's line; a field that is undefined is left out. */
export function option(fields: Readonly<Record<string, unknown>> = {}): string {
  const standard = {
    MagicNumber: 3_927_900,
    CodecType: "application/proto",
    ConnectTimeout: 0,
    HandleTimeout: 0,
    Framing: "mux/1",
  };
  return `${JSON.stringify({ ...standard, ...fields })}\n`;
}

/** Cuts received bytes into frames, and says what is left over. */
export function parseFrames(bytes: Buffer): { readonly frames: Frame[]; readonly rest: Buffer } {
  const frames: Frame[] = [];
  let pos = 0;
  while (pos + 8 <= bytes.length) {
    const end = pos + 8 + bytes.readUIntBE(pos, 3);
    if (end > bytes.length) break;
    const kindAndFlags = bytes[pos + 3]!;
    frames.push({
      kind: kindAndFlags & 0x0f,
      flags: kindAndFlags & 0xf0,
      id: bytes.readUInt32BE(pos + 4),
      payload: bytes.subarray(pos + 8, end),
    });
    pos = end;
  }
  return { frames, rest: bytes.subarray(pos) };
}

/** Protobuf's field 1 as an int: the body of `Negate`. */
export function intBody(value: number): Buffer {
  return value === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.of(8), varint(value)]);
}

/** Two ints: the body of `Sum`. */
export function operands(left: number, right: number): Buffer {
  return Buffer.concat([Buffer.of(8), varint(left), Buffer.of(16), varint(right)]);
}

/** Protobuf's field 1 as bytes: the body of `Blob`. */
export function bytesBody(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(10), sized(bytes)]);
}

export const paths = {
  sum: "/test.arith.v1.Arith/Sum",
  negate: "/test.arith.v1.Arith/Negate",
  ping: "/test.arith.v1.Arith/Ping",
  slow: "/test.arith.v1.Arith/Slow",
  blob: "/test.arith.v1.Arith/Blob",
  divide: "/test.arith.v1.Arith/Divide",
  countTo: "/test.arith.v1.Arith/CountTo",
  addUp: "/test.arith.v1.Arith/AddUp",
  chat: "/test.arith.v1.Arith/Chat",
} as const;
