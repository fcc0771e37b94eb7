/** What literals mean: strings with their escapes, whole numbers without loss, durations. */

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/**
 * The characters between the quotes, escapes resolved.
 * `onBad` hears of each sequence that is none, with its offset in `body`; the sequence stays as it is.
 */
export function unescape(body: string, onBad: (escape: string, offset: number) => void): string {
  return body.replace(
    /\\(?:u([\da-fA-F]{4})|([^])|$)/g,
    (whole, hex: string | undefined, char: string, offset: number) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      const plain = escapes[char];
      if (plain === undefined) onBad(whole, offset);
      return plain ?? whole;
    },
  );
}

const msPer = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** The milliseconds of a duration such as `1.5s`; undefined for another literal. */
export function milliseconds(text: string): number | undefined {
  const [, number, unit] = /^(.*?)(ms|s|m|h)$/.exec(text) ?? [];
  if (number === undefined) return undefined;
  return Number(number) * msPer[unit as keyof typeof msPer];
}

/** No number of the language has as many characters: a longer literal is out of every range. */
const longestNumber = 400;
const outOfEveryRange = 10n ** BigInt(longestNumber);

/** The whole number of a literal, without loss; undefined where it has a fraction, or is no plain number. */
export function wholeNumber(text: string): bigint | undefined {
  const [, sign = "", magnitude = ""] = /^([+-]?)(.*)$/.exec(text) ?? [];
  const value = magnitude.length > longestNumber ? outOfEveryRange : wholeMagnitude(magnitude);
  return value !== undefined && sign === "-" ? -value : value;
}

function wholeMagnitude(text: string): bigint | undefined {
  if (/^0[xX][\da-fA-F]+$/.test(text)) return BigInt(text);
  const parts = /^(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (parts === null) return undefined;
  const [, whole = "", fraction = "", exponent = "0"] = parts;
  const decimals = fraction.replace(/0+$/, "");
  const digits = whole + decimals;
  const shift = Number(exponent) - decimals.length;
  if (/^0+$/.test(digits)) return 0n;
  if (shift > longestNumber) return outOfEveryRange;
  if (shift >= 0) return BigInt(digits + "0".repeat(shift));
  return /[1-9]/.test(digits.slice(shift)) ? undefined : BigInt(digits.slice(0, shift));
}

/** A number literal as a floating-point number; NaN for another literal. */
export function floatingPoint(text: string): number {
  const [, sign, magnitude] = /^([+-]?)(.*)$/.exec(text) ?? [];
  const value = Number(magnitude);
  return sign === "-" ? -value : value;
}
