/**
 * Writes what travels on a mux/1 connection, with a word on each part. It shares no code with the runtime, so that both are held
 * to the same bytes.
 */

/** Bytes in hex and what they are. Spaces are for reading; `78*1000` is the byte 78 a thousand times. */
export type Part = readonly [hex: string, is: string];

const kinds = {
  REQUEST: 1,
  MESSAGE: 2,
  RESPONSE: 3,
  CANCEL: 4,
  WINDOW: 5,
  PING: 6,
  PONG: 7,
  GOAWAY: 8,
  LOAD: 9,
} as const;
const flags = { END_STREAM: 0x10, MORE: 0x20, NOT_RUN: 0x40, COUNTED: 0x80 } as const;

/** The bytes of a hex text. */
function parse(hex: string): Buffer {
  const tokens = hex.split(" ").filter((token) => token !== "");
  return Buffer.concat(
    tokens.map((token) => {
      const [byte = "", times] = token.split("*");
      return times === undefined
        ? Buffer.from(byte, "hex")
        : Buffer.alloc(Number(times), Buffer.from(byte, "hex"));
    }),
  );
}

/** The bytes of parts. */
export function join(parts: readonly Part[]): Buffer {
  return Buffer.concat(parts.map(([hex]) => parse(hex)));
}

/** A number of so many bytes, big-endian. */
function fixed(value: number, bytes: number): string {
  return value.toString(16).padStart(2 * bytes, "0");
}

/** Seven bits a byte, the lowest first; the high bit says that more follow. */
function varint(value: number): string {
  return value < 0x80 ? fixed(value, 1) : fixed((value & 0x7f) | 0x80, 1) + varint(Math.floor(value / 0x80));
}

function utf8(text: string): string {
  return Buffer.from(text).toString("hex");
}

function size(parts: readonly Part[]): number {
  return join(parts).length;
}

/** A text with its length before it. */
function text(value: string, is: string): Part {
  return [`${varint(Buffer.byteLength(value))} ${utf8(value)}`.trimEnd(), is];
}

/** A frame of any kind. */
export function frame(
  kind: keyof typeof kinds,
  id: number,
  payload: readonly Part[] = [],
  ...set: (keyof typeof flags)[]
): Part[] {
  const code = set.reduce<number>((sum, flag) => sum | flags[flag], kinds[kind]);
  const of = id === 0 ? "of the connection" : `of call ${id}`;
  const name = [kind, ...set].join(" + ");
  const length = size(payload);
  return [
    [`${fixed(length, 3)} ${fixed(code, 1)} ${fixed(id, 4)}`, `${name} ${of}; ${length} bytes follow`],
    ...payload,
  ];
}

/** A line of the handshake, a key a part. */
export function line(option: Readonly<Record<string, unknown>>): Part[] {
  const entries = Object.entries(option).map(
    ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
  );
  return entries.map((entry, i) => {
    const [open, close] = [i === 0 ? "{" : "", i === entries.length - 1 ? "}\n" : ","];
    return [utf8(open + entry + close), (open + entry + close).replace("\n", " and a line feed")];
  });
}

export interface Request {
  /** A path, or the index of one. */
  readonly method: string | number;
  readonly timeout?: number;
  readonly metadata?: Entries;
  readonly body?: readonly Part[];
}

/** Values are texts, or bytes for keys that end in `-bin`. */
export type Entries = Readonly<Record<string, string | Uint8Array>>;

/** A REQUEST's payload. */
export function request({ method, timeout = 0, metadata = {}, body = [] }: Request): Part[] {
  return [
    ...reference(method),
    [varint(timeout), timeout === 0 ? "no timeout" : `timeout: ${timeout} ms`],
    ...entries("metadata", metadata),
    ...body,
  ];
}

function reference(method: string | number): Part[] {
  if (typeof method === "number") return [[varint((method << 1) | 1), `the method of index ${method}`]];
  const length = Buffer.byteLength(method);
  return [
    [varint(length << 1), `a method's path of ${length} bytes`],
    [utf8(method), method],
  ];
}

function entries(what: string, values: Entries): Part[] {
  const parts = Object.entries(values).flatMap(([key, value]): Part[] => [
    text(key, `key ${key}`),
    typeof value === "string"
      ? text(value, `value ${value}`)
      : [`${varint(value.length)} ${Buffer.from(value).toString("hex")}`, `value of ${value.length} bytes`],
  ]);
  const length = size(parts);
  return [[varint(length), length === 0 ? `no ${what}` : `${length} bytes of ${what}`], ...parts];
}

/** A RESPONSE's payload where the call succeeded. */
export function response(body: readonly Part[] = [], trailers: Entries = {}): Part[] {
  return [["00", "status OK"], ...entries("trailers", trailers), ...body];
}

export interface Failure {
  readonly status: readonly [number, string];
  readonly message: string;
  readonly retryAfter?: number;
  readonly trailers?: Entries;
  readonly type?: string;
  readonly fields?: readonly Part[];
}

/** A RESPONSE's payload where it failed. */
export function failure({
  status,
  message,
  retryAfter = 0,
  trailers = {},
  type = "",
  fields = [],
}: Failure): Part[] {
  return [
    [varint(status[0]), `status ${status[1]}`],
    [varint(retryAfter), retryAfter === 0 ? "no retry-after" : `retry after ${retryAfter} ms`],
    ...entries("trailers", trailers),
    text(message, `message: ${message}`),
    text(type, type === "" ? "no typed error" : `error type: ${type}`),
    ...fields,
  ];
}

/** A WINDOW's payload. */
export function credit(bytes: number): Part[] {
  return [[varint(bytes), `${bytes} bytes of credit`]];
}

/** A GOAWAY's payload. */
export function goaway(last: number, status: readonly [number, string], message: string): Part[] {
  return [
    [fixed(last, 4), `last accepted call: ${last}`],
    [varint(status[0]), `status ${status[1]}`],
    text(message, `message: ${message}`),
  ];
}

/** A LOAD's payload. */
export function load(thousandths: number): Part[] {
  return [[varint(thousandths), `load: ${thousandths} thousandths`]];
}

/** A string as a body in protobuf: field 1 of a message. */
export function stringBody(value: string): Part[] {
  return [["0a", "field 1 of the body, a string"], text(value, value)];
}

/** A long run of `x` as a body, in the pieces that frames of so many bytes have room for. */
export function longBody(length: number, ...rooms: readonly number[]): Part[][] {
  const head: Part = [`0a ${varint(length)}`, `field 1 of the body, a string of ${length} bytes`];
  let left = length;
  return rooms.map((room, i) => {
    const used = i === 0 ? size([head]) : 0;
    const run = Math.min(left, room - used);
    left -= run;
    const part: Part = [`78*${run}`, `${run} times x`];
    return i === 0 ? [head, part] : [part];
  });
}
