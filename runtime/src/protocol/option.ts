/** The number that every Option begins with, in mux/1 as in the classic Go frameworks. */
export const magicNumber = 3_927_900;

const nanoseconds = 1_000_000;

/** Why a handshake failed; the text goes to the peer or to the caller. */
export class HandshakeError extends Error {
  override readonly name = "HandshakeError";
}

/** What a line of JSON says, before any of it is checked. */
export type OptionFields = Readonly<Record<string, unknown>>;

/** @throws HandshakeError where the text is no JSON object */
export function parseOption(text: string): OptionFields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new HandshakeError(`the Option is not JSON: ${show(text.slice(0, 80))}`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as OptionFields;
  throw new HandshakeError(`the Option is not an object: ${show(text.slice(0, 80))}`);
}

/** @throws HandshakeError */
export function checkMagicNumber(fields: OptionFields): void {
  if (fields["MagicNumber"] === magicNumber) return;
  throw new HandshakeError(`MagicNumber is ${show(fields["MagicNumber"])}, not ${magicNumber}`);
}

/** As integers: what is longer than they can tell is as good as none. */
export function toNanoseconds(ms: number): number {
  const time = Math.ceil(ms * nanoseconds);
  return time <= Number.MAX_SAFE_INTEGER ? time : 0;
}

/**
 * Nanoseconds on the wire, as in Go; ms here.
 * @throws HandshakeError
 */
export function readTime(fields: OptionFields, key: string): number {
  const value = fields[key] ?? 0;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0) {
    throw new HandshakeError(`${key} is ${show(value)}: it takes nanoseconds, an integer from 0 (none)`);
  }
  return value / nanoseconds;
}

/** Characters of a refusal's reason that are sent: whatever they are, the line is no longer than it may be. */
const maxReason = 600;

/** A server's refusal as a line of JSON. */
export function writeRefusal(reason: string): string {
  const line = { MagicNumber: magicNumber, Framing: "mux/1", Error: reason.slice(0, maxReason) };
  return `${JSON.stringify(line)}\n`;
}

/** A value as a refusal shows it. */
export function show(value: unknown): string {
  return value === undefined ? "missing" : JSON.stringify(value).slice(0, 200);
}
