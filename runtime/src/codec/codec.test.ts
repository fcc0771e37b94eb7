import { beforeAll, describe, expect, it } from "vitest";
import { Reader } from "../bytes/reader.ts";
import { MessageTooLargeError, Writer } from "../bytes/writer.ts";
import { DecodeError, EncodeError } from "../errors.ts";
import type { Codec } from "./codec.ts";
import { findCodec } from "./find-codec.ts";
import { knownContentTypes, registerCodec } from "./register-codec.ts";
import { gobCodec } from "./gob.ts";
import { jsonCodec } from "./json.ts";
import { protoCodec } from "./proto.ts";
import { Texts } from "./texts.fixture.ts";

describe("a codec that comes when it is needed", () => {
  it("says so where it is used too early", () => {
    expect(() => gobCodec.encode(Texts, [], new Writer())).toThrow(
      "the codec application/gob is used before its load() is done",
    );
  });
});

describe.each([protoCodec, jsonCodec, gobCodec])("$contentType", (codec) => {
  beforeAll(() => codec.load?.());

  it("appends bodies to a writer, and reads them out of one chunk", () => {
    const writer = new Writer();
    const bodies = [["a", "é"], [], ["x".repeat(1000)]];
    const places = bodies.map((body) => {
      const start = writer.begin();
      codec.encode(Texts, body, writer);
      return [start, start + writer.end()] as const;
    });
    const chunk = writer.take();
    const reader = new Reader();
    for (const [index, [start, end]] of places.entries()) {
      expect(codec.decode(Texts, reader.reset(chunk, start, end), end)).toEqual(bodies[index]);
    }
  });

  it("leaves a writer that can go back to where it was", () => {
    const writer = new Writer().string("before");
    const start = writer.begin(100);
    expect(() => codec.encode(Texts, ["a", 5 as never], writer)).toThrow(
      new EncodeError("value[1]: 5 is not a string"),
    );
    writer.truncate(start);
    codec.encode(Texts, ["b"], writer);
    const chunk = writer.take();
    expect(codec.decode(Texts, new Reader().reset(chunk, start), chunk.length)).toEqual(["b"]);
  });

  it("refuses a value over the limit as such", () => {
    const writer = new Writer();
    writer.begin(100);
    expect(() => codec.encode(Texts, ["x".repeat(200)], writer)).toThrow(MessageTooLargeError);
  });

  it("refuses bytes that go on after the body", () => {
    const writer = new Writer();
    codec.encode(Texts, ["abc"], writer);
    const chunk = writer.take();
    const reader = new Reader().reset(chunk);
    expect(() => codec.decode(Texts, reader, chunk.length - 1)).toThrow(DecodeError);
  });
});

describe("the registry of codecs", () => {
  const codec = (contentType: string): Codec => ({ ...protoCodec, contentType });

  it("knows the runtime's own", () => {
    expect(findCodec("application/proto")).toBe(protoCodec);
    expect(findCodec("application/json")).toBe(jsonCodec);
    expect(findCodec("application/gob")).toBe(gobCodec);
    expect(findCodec("application/x-unheard-of")).toBeUndefined();
  });

  it("finds what was registered", () => {
    const mine = codec("application/x-mine");
    registerCodec("application/x-mine", mine);
    expect(findCodec("application/x-mine")).toBe(mine);
    expect(knownContentTypes()).toContain("application/x-mine");
  });

  it("refuses a second codec of a content type", () => {
    registerCodec("application/x-once", codec("application/x-once"));
    for (const type of ["application/x-once", "application/proto", "application/json", "application/gob"]) {
      expect(() => registerCodec(type, codec(type))).toThrow(`a codec for ${type} is registered already`);
    }
  });

  it.each([
    "",
    "proto",
    "application/",
    "/json",
    "Application/JSON",
    "a/b/c",
    "a b/c",
    'a/"',
    "a/b\n",
    `a/${"b".repeat(64)}`,
  ])("refuses %j, which is no content type", (type) => {
    expect(() => registerCodec(type, codec(type))).toThrow(RangeError);
  });

  it("refuses a content type that is not the codec's", () => {
    expect(() => registerCodec("application/x-other", codec("application/x-this"))).toThrow(
      /contentType is application\/x-this/,
    );
  });
});
