const text = String.fromCharCode;

/** The longest text that {@link shortAscii} reads. */
export const maxShortAscii = 32;

/**
 * The text of some bytes; undefined where they are more than {@link maxShortAscii} or not all ASCII. One call with all
 * characters makes a flat string that shares nothing, in 15 to 60 ns where a call into the engine takes 60 to 90; a loop
 * would make a chain of parts that must be joined later. One `if` per byte is as fast as a `switch`, and a third of its size.
 */
export function shortAscii(bytes: Uint8Array, start: number, length: number): string | undefined {
  if (length === 0) return "";
  if (length > maxShortAscii) return undefined;
  const a = bytes[start]!;
  let bits = a;
  if (length === 1) return bits < 0x80 ? text(a) : undefined;
  const b = bytes[start + 1]!;
  bits |= b;
  if (length === 2) return bits < 0x80 ? text(a, b) : undefined;
  const c = bytes[start + 2]!;
  bits |= c;
  if (length === 3) return bits < 0x80 ? text(a, b, c) : undefined;
  const d = bytes[start + 3]!;
  bits |= d;
  if (length === 4) return bits < 0x80 ? text(a, b, c, d) : undefined;
  const e = bytes[start + 4]!;
  bits |= e;
  if (length === 5) return bits < 0x80 ? text(a, b, c, d, e) : undefined;
  const f = bytes[start + 5]!;
  bits |= f;
  if (length === 6) return bits < 0x80 ? text(a, b, c, d, e, f) : undefined;
  const g = bytes[start + 6]!;
  bits |= g;
  if (length === 7) return bits < 0x80 ? text(a, b, c, d, e, f, g) : undefined;
  const h = bytes[start + 7]!;
  bits |= h;
  if (length === 8) return bits < 0x80 ? text(a, b, c, d, e, f, g, h) : undefined;
  const i = bytes[start + 8]!;
  bits |= i;
  if (length === 9) return bits < 0x80 ? text(a, b, c, d, e, f, g, h, i) : undefined;
  const j = bytes[start + 9]!;
  bits |= j;
  if (length === 10) return bits < 0x80 ? text(a, b, c, d, e, f, g, h, i, j) : undefined;
  const k = bytes[start + 10]!;
  bits |= k;
  if (length === 11) return bits < 0x80 ? text(a, b, c, d, e, f, g, h, i, j, k) : undefined;
  const l = bytes[start + 11]!;
  bits |= l;
  if (length === 12) return bits < 0x80 ? text(a, b, c, d, e, f, g, h, i, j, k, l) : undefined;
  const m = bytes[start + 12]!;
  bits |= m;
  if (length === 13) return bits < 0x80 ? text(a, b, c, d, e, f, g, h, i, j, k, l, m) : undefined;
  const n = bytes[start + 13]!;
  bits |= n;
  if (length === 14) return bits < 0x80 ? text(a, b, c, d, e, f, g, h, i, j, k, l, m, n) : undefined;
  const o = bytes[start + 14]!;
  bits |= o;
  if (length === 15) return bits < 0x80 ? text(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o) : undefined;
  const p = bytes[start + 15]!;
  bits |= p;
  if (length === 16) return bits < 0x80 ? text(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p) : undefined;
  const q = bytes[start + 16]!;
  bits |= q;
  if (length === 17) return bits < 0x80 ? text(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q) : undefined;
  const r = bytes[start + 17]!;
  bits |= r;
  if (length === 18)
    return bits < 0x80 ? text(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r) : undefined;
  const s = bytes[start + 18]!;
  bits |= s;
  if (length === 19)
    return bits < 0x80 ? text(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s) : undefined;
  const t = bytes[start + 19]!;
  bits |= t;
  if (length === 20)
    return bits < 0x80 ? text(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t) : undefined;
  const u = bytes[start + 20]!;
  bits |= u;
  if (length === 21)
    return bits < 0x80 ? text(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u) : undefined;
  const v = bytes[start + 21]!;
  bits |= v;
  if (length === 22)
    return bits < 0x80 ? text(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v) : undefined;
  const w = bytes[start + 22]!;
  bits |= w;
  if (length === 23)
    return bits < 0x80
      ? text(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w)
      : undefined;
  const x = bytes[start + 23]!;
  bits |= x;
  if (length === 24)
    return bits < 0x80
      ? text(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x)
      : undefined;
  const y = bytes[start + 24]!;
  bits |= y;
  if (length === 25)
    return bits < 0x80
      ? text(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y)
      : undefined;
  const z = bytes[start + 25]!;
  bits |= z;
  if (length === 26)
    return bits < 0x80
      ? text(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z)
      : undefined;
  const A = bytes[start + 26]!;
  bits |= A;
  if (length === 27)
    return bits < 0x80
      ? text(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, A)
      : undefined;
  const B = bytes[start + 27]!;
  bits |= B;
  if (length === 28)
    return bits < 0x80
      ? text(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, A, B)
      : undefined;
  const C = bytes[start + 28]!;
  bits |= C;
  if (length === 29)
    return bits < 0x80
      ? text(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, A, B, C)
      : undefined;
  const D = bytes[start + 29]!;
  bits |= D;
  if (length === 30)
    return bits < 0x80
      ? text(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, A, B, C, D)
      : undefined;
  const E = bytes[start + 30]!;
  bits |= E;
  if (length === 31)
    return bits < 0x80
      ? text(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, A, B, C, D, E)
      : undefined;
  const F = bytes[start + 31]!;
  bits |= F;
  if (length === 32)
    return bits < 0x80
      ? text(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, A, B, C, D, E, F)
      : undefined;
  return undefined;
}
