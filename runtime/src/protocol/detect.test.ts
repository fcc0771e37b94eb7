import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Detected, detectProtocol, detectTls } from "./detect.ts";

const option = '{"MagicNumber":3927900,"CodecType":"application/proto","Framing":"mux/1"}\n';
/** How net/rpc begins: the definition of a request's type. Newer Go gives it the number 64, which is 7f; older 65, which is ff 81. */
function gob(id: string, typeName = "Request"): string {
  const name = `${String.fromCharCode(typeName.length)}${typeName}`;
  const fields = "\x01\x02\x01\x0dServiceMethod\x01\x0c\x00\x01\x03Seq\x01\x06\x00\x00\x00";
  const definition = `${id}\x03\x01\x01${name}\x01\xff\x80\x00${fields}`;
  return `${String.fromCharCode(definition.length)}${definition}`;
}

/** What the bytes say, and after how many of them, one at a time. */
function detect(bytes: Uint8Array): { readonly said: Detected; readonly after: number } {
  for (let after = 0; after <= bytes.length; after++) {
    const said = detectProtocol(bytes.subarray(0, after));
    if (said.kind !== "more") return { said, after };
  }
  return { said: { kind: "more" }, after: bytes.length };
}

function nameOf(said: Detected): string | undefined {
  return said.kind === "protocol" ? said.protocol.name : undefined;
}

function text(text: string): Buffer {
  return Buffer.from(text, "latin1");
}

/** How much of a text it takes to the end of a part of it. */
function upTo(whole: string, part: string): number {
  return whole.indexOf(part) + part.length;
}

describe("the first bytes of a connection", () => {
  it.each([
    ["mux/1", option, '"Framing"'],
    ["mux/1", '{ \t\r\n "Framing":"mux/1"}', '"Framing"'],
    ["mux/1", '{"MagicNumber":{"Framing":1},"Framing":"mux/9"}', '},"Framing"'],
    ["mux/1", '{"MagicNumber":1,,', ",,"],
    ["mux/1", `{"MagicNumber":${"[".repeat(100)}`, "[".repeat(65)],
    ["classic", '{"MagicNumber":3927900,"CodecType":"application/gob"}', "}"],
    ["classic", `{"CodecType":"}\\"","x":[{}]${" ".repeat(400)}}`, " }"],
    ["classic", '{"ConnectTimeout":0}', "}"],
    ["classic", '{"HandleTimeout":0,"Other":{"Framing":1}}', "}}"],
    ["jsonrpc", '{"method":"Arith.Sum","params":[{}],"id":0}', '{"method"'],
    ["jsonrpc", '{ "jsonrpc":"2.0"}', '"jsonrpc"'],
    ["jsonrpc", '{"other":[{"MagicNumber":1}],"params":[]}', '"params"'],
    ["jsonrpc", '{"id":0,"MagicNumber":1}', '{"id"'],
    ["net/rpc", gob("\x7f"), "ServiceMethod"],
    ["net/rpc", gob("\xff\x81"), "ServiceMethod"],
    ["net/rpc", gob("\xfe\x01\x81"), "ServiceMethod"],
    // Of such a length that it begins as HTTP, or as JSON, does.
    ["net/rpc", gob("\x7f", "Request".padEnd(26, "x")), "ServiceMethod"],
    ["net/rpc", gob("\xff\x81", "Request".padEnd(83, "x")), "ServiceMethod"],
    ["HTTP", "GET /debug/rpc HTTP/1.1\r\n", "GE"],
    ["HTTP", "CONNECT /_goRPC_ HTTP/1.0\n\n", "CO"],
    ["HTTP", "PRI * HTTP/2.0", "PR"],
  ])("are %s as soon as they can be: %s", (name, bytes, decisive) => {
    const { said, after } = detect(text(bytes));
    expect(said).toMatchObject({ kind: "protocol", protocol: { name } });
    expect(after).toBe(upTo(bytes, decisive));
  });

  it("are a TLS handshake's as soon as there are two", () => {
    expect(
      [[], [0x16], [0x16, 3], [0x16, 0xff], [0x7b]].map((bytes) => detectTls(Buffer.from(bytes))),
    ).toEqual(["more", "more", "yes", "no", "no"]);
  });

  it("need more while nothing, or half a key, is there", () => {
    for (const half of ["", "{", "{  ", '{"', '{"Magic', '{"MagicNumber":1', "A", gob("\x7f").slice(0, 30)]) {
      expect(detectProtocol(text(half))).toEqual({ kind: "more" });
    }
  });

  it.each([
    ["other JSON", '{"other":"2.0"}', "JSON that is neither an Option nor a call"],
    ["an empty object", "{}", "JSON that is neither an Option nor a call"],
    ["a number in an object", "{5", "JSON that is neither an Option nor a call"],
    ["TLS", "\x16\x03\x01", "there is no certificate for it (option tls)"],
    ["gob that begins like TLS", `\x16\xff\x81${"x".repeat(30)}`, "Go's gob"],
    ["gob of another type", `\x1f\x7f${"x".repeat(30)}`, "Go's gob"],
    ["what a gob stream does not begin with", "\x1f\x01", "the bytes 1f01"],
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

  it("are mux/1's to refuse where an Option is longer than a handshake may be", () => {
    const line = text(`{"MagicNumber":"${"x".repeat(5_000)}`);
    expect(detectProtocol(line.subarray(0, 4_095))).toEqual({ kind: "more" });
    expect(detectProtocol(line)).toMatchObject({ kind: "protocol", protocol: { name: "mux/1" } });
  });

  it("say the same of any bytes, however they are cut, once they say anything", () => {
    const bytes = fc.oneof(
      fc.uint8Array(),
      fc.string().map((rest) => text(`{"${rest}`)),
      fc.string().map((rest) => text(`{"MagicNumber${rest}`)),
      fc.string().map((rest) => text(`{"MagicNumber":${rest}`)),
      fc.string().map((rest) => text(`{"x":${rest},"id":`)),
      fc.uint8Array().map((rest) => Buffer.concat([text(gob("\x7f").slice(0, 15)), rest])),
    );
    fc.assert(
      fc.property(bytes, (given) => {
        const { said, after } = detect(given);
        for (let more = after; more <= given.length; more++) {
          const again = detectProtocol(given.subarray(0, more));
          expect([again.kind, nameOf(again)]).toEqual([said.kind, nameOf(said)]);
        }
      }),
    );
  });
});
