/** JSON from outside that is not what it has to be. The message says where, what is there and what is needed. */
export class InvalidJson extends Error {
  override readonly name = "InvalidJson";
}

/** @throws InvalidJson */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidJson(`${what} is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** @throws InvalidJson unless the value is an object */
export function checkObject(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw wrong(path, value, "an object");
  return value as Record<string, unknown>;
}

/** @throws InvalidJson unless the value is a list of at most `most` */
export function checkList(value: unknown, path: string, most: number): readonly unknown[] {
  if (!Array.isArray(value)) throw wrong(path, value, "a list");
  if (value.length > most)
    throw new InvalidJson(`${path} has ${value.length} entries: at most ${most} are taken`);
  return value;
}

/** @throws InvalidJson unless the value is a text of 1 to `most` characters without control characters */
export function checkText(value: unknown, path: string, most: number): string {
  if (typeof value !== "string") throw wrong(path, value, "a string");
  if (value === "") throw new InvalidJson(`${path} is empty`);
  if (value.length > most) {
    throw new InvalidJson(`${path} has ${value.length} characters: at most ${most} are taken`);
  }
  if (/[\u0000-\u001f\u007f]/.test(value)) throw new InvalidJson(`${path} contains a control character`);
  return value;
}

/** @throws InvalidJson unless the value is an integer from `least` to `most` */
export function checkInteger(value: unknown, path: string, least: number, most: number): number {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most)
    return value as number;
  throw wrong(path, value, `an integer from ${least} to ${most}`);
}

/** The error of a value of the wrong kind. */
export function wrong(path: string, value: unknown, needed: string): InvalidJson {
  return new InvalidJson(`${path} is ${describe(value)}: it takes ${needed}`);
}

function describe(value: unknown): string {
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
