import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Detected, detectProtocol, detectTls } from "./detect.ts";

const option = '{"MagicNumber":3927900,"CodecType":"application/proto"}\n';

/** What the bytes say, and after how many of them, one at a time. */
function detect(bytes: Uint8Array): { readonly said: Detected; readonly after: number } {
  for (let after = 0; after <= bytes.length; after++) {
    const said = detectProtocol(bytes.subarray(0, after));
    if (said.kind !== "more") return { said, after };
  }
  return { said: { kind: "more" }, after: bytes.length };
}

function text(text: string): Buffer {
  return Buffer.from(text, "latin1");
}

describe("the first bytes of a connection", () => {
  it.each([
    [option, '{"MagicNumber"'.length],
    ['{"CodecType":"application/proto"}', '{"CodecType"'.length],
    ['{ \t\r\n "Framing":"mux/1"}', '{ \t\r\n "Framing"'.length],
    ['{"ConnectTimeout":0}', '{"ConnectTimeout"'.length],
    ['{"HandleTimeout":0}', '{"HandleTimeout"'.length],
  ])("are an Option as soon as its first key is whole: %s", (line, expected) => {
    const { said, after } = detect(text(line));
    expect(said).toMatchObject({ kind: "protocol", protocol: { name: "mux/1" } });
    expect(after).toBe(expected);
  });

  it("are a TLS handshake's as soon as there are two", () => {
    expect(
      [[], [0x16], [0x16, 3], [0x16, 0xff], [0x7b]].map((bytes) => detectTls(Buffer.from(bytes))),
    ).toEqual(["more", "more", "yes", "no", "no"]);
  });

  it("need more while nothing, or half a key, is there", () => {
    for (const half of ["", "{", "{  ", '{"', '{"Magic']) {
      expect(detectProtocol(text(half))).toEqual({ kind: "more" });
    }
  });

  it.each([
    ["other JSON", '{"jsonrpc":"2.0"}', "JSON that is no Option"],
    ["a number in an object", "{5", "JSON that is no Option"],
    ["HTTP", "GET / HTTP/1.1\r\n", "HTTP"],
    ["an HTTP/2 preface", "PRI * HTTP/2.0\r\n", "HTTP"],
    ["TLS", "\x16\x03\x01", "there is no certificate for it (option tls)"],
    ["gob of a newer Go that begins like TLS", "\x16\xff\x81", "Go's gob"],
    ["gob", "\x41\xff\x81", "HTTP"],
    ["gob of a newer Go", "\x1f\xff\x81", "Go's gob"],
    ["anything else", "\x00\x01\x02", "the bytes 00"],
  ])("are told apart, for whoever reads the log: %s", (_what, bytes, reason) => {
    const whole = detectProtocol(text(bytes));
    expect(whole).toMatchObject({ kind: "unknown", reason: expect.stringContaining(reason) as string });
    expect((whole as { reason: string }).reason).toContain("this port speaks mux/1");
  });

  it("are given up when a key is longer than a handshake may be", () => {
    const line = text(`{"${"x".repeat(5_000)}`);
    expect(detectProtocol(line.subarray(0, 4_095))).toEqual({ kind: "more" });
    expect(detectProtocol(line.subarray(0, 4_096)).kind).toBe("unknown");
    expect(detectProtocol(text(`{${" ".repeat(5_000)}`)).kind).toBe("unknown");
  });

  it("say the same of any bytes, however they are cut, once they say anything", () => {
    const bytes = fc.oneof(
      fc.uint8Array(),
      fc.string().map((rest) => text(`{"${rest}`)),
      fc.string().map((rest) => text(`{"MagicNumber${rest}`)),
    );
    fc.assert(
      fc.property(bytes, (given) => {
        const { said, after } = detect(given);
        for (let more = after; more <= given.length; more++) {
          expect(detectProtocol(given.subarray(0, more)).kind).toBe(said.kind);
        }
      }),
    );
  });
});
