import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { channelLimits, maxHandshakeBytes, minimumLimits } from "../../limits.ts";
import { HandshakeError, writeRefusal } from "../option.ts";
import { LineReader, readOption, writeOption } from "./handshake.ts";

const option = {
  codec: "application/proto",
  connectTimeout: 10_000,
  handleTimeout: 0,
  accepts: {
    maxMessageBytes: channelLimits.maxMessageBytes,
    maxMetadataBytes: channelLimits.maxMetadataBytes,
    maxFrameBytes: channelLimits.maxFrameBytes,
    maxConcurrentCalls: channelLimits.maxConcurrentCalls,
    streamCreditBytes: channelLimits.streamCreditBytes,
    connectionCreditBytes: channelLimits.connectionCreditBytes,
  },
};

const line =
  '{"MagicNumber":3927900,"CodecType":"application/proto","ConnectTimeout":10000000000,"HandleTimeout":0,' +
  '"Framing":"mux/1","MaxMessage":4194304,"MaxMetadata":16384,"MaxFrame":131072,"MaxCalls":10000,"StreamCredit":262144,"ConnectionCredit":16777216}\n';

/** The option's line with some fields changed; undefined takes one out. */
function changed(fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...(JSON.parse(line) as object), ...fields });
}

describe("an Option", () => {
  it("is one line of JSON", () => {
    expect(writeOption(option)).toBe(line);
    expect(readOption(line)).toEqual(option);
  });

  it("says nothing of limits: the least that every peer accepts", () => {
    const least = {
      MaxMessage: undefined,
      MaxMetadata: undefined,
      MaxFrame: undefined,
      MaxCalls: undefined,
      StreamCredit: undefined,
      ConnectionCredit: undefined,
    };
    const { maxMessageBytes, maxMetadataBytes, maxFrameBytes, maxConcurrentCalls } = minimumLimits;
    const { streamCreditBytes, connectionCreditBytes } = minimumLimits;
    expect(readOption(changed(least)).accepts).toEqual({
      maxMessageBytes,
      maxMetadataBytes,
      maxFrameBytes,
      maxConcurrentCalls,
      streamCreditBytes,
      connectionCreditBytes,
    });
  });

  it("may leave its times out, and carry fields that this version does not know", () => {
    const fields = { ConnectTimeout: undefined, HandleTimeout: undefined, Later: { any: ["thing"] } };
    expect(readOption(changed(fields))).toEqual({ ...option, connectTimeout: 0 });
  });

  it("accepts more than a frame can carry: as much as it can", () => {
    const { accepts } = readOption(changed({ MaxFrame: 2 ** 40, MaxMessage: 1e300, MaxCalls: 1e9 }));
    expect(accepts).toMatchObject({
      maxFrameBytes: 0xff_ffff,
      maxMessageBytes: 0x7fff_ffff,
      maxConcurrentCalls: 1_000_000,
    });
  });

  it.each([
    [1, "1000000"],
    [0.5, "500000"],
    [0.000_000_1, "1"],
    [0, "0"],
    [9_007_199_254, "9007199254000000"],
    [9_007_199_255, "0"],
    [Number.MAX_VALUE, "0"],
  ])("gives a time of %d ms in whole nanoseconds, without an exponent", (ms, expected) => {
    expect(writeOption({ ...option, handleTimeout: ms })).toContain(`"HandleTimeout":${expected},`);
  });

  it("is read as it was written, whatever is in it", () => {
    const limit = (low: number, high: number) => fc.integer({ min: low, max: high });
    const any = fc.record({
      codec: fc.string(),
      connectTimeout: fc.nat(),
      handleTimeout: fc.nat(),
      accepts: fc.record({
        maxMessageBytes: limit(minimumLimits.maxMessageBytes, 0x7fff_ffff),
        maxMetadataBytes: limit(minimumLimits.maxMetadataBytes, 60_000),
        maxFrameBytes: limit(minimumLimits.maxFrameBytes, 0xff_ffff),
        maxConcurrentCalls: limit(minimumLimits.maxConcurrentCalls, 1_000_000),
        streamCreditBytes: limit(minimumLimits.streamCreditBytes, 0x7fff_ffff),
        connectionCreditBytes: limit(minimumLimits.connectionCreditBytes, 0x7fff_ffff),
      }),
    });
    fc.assert(
      fc.property(any, (given) => {
        expect(readOption(writeOption(given))).toEqual(given);
      }),
    );
  });
});

describe("a handshake is refused", () => {
  it.each([
    ["not JSON", "GET / HTTP/1.1", "the Option is not JSON"],
    ["nothing", "", "the Option is not JSON"],
    ["half an object", line.slice(0, 50), "the Option is not JSON"],
    ["JSON that is no object", "[1]", "the Option is not an object"],
    ["null", "null", "the Option is not an object"],
    ["another magic number", changed({ MagicNumber: 1 }), "MagicNumber is 1, not 3927900"],
    ["no magic number", changed({ MagicNumber: undefined }), "MagicNumber is missing, not 3927900"],
    ["a magic number as text", changed({ MagicNumber: "3927900" }), 'MagicNumber is "3927900"'],
    ["no framing", changed({ Framing: undefined }), 'Framing is missing; this side speaks "mux/1"'],
    ["another framing", changed({ Framing: "mux/2" }), 'Framing is "mux/2"; this side speaks "mux/1"'],
    ["no codec", changed({ CodecType: undefined }), "CodecType is missing: it takes a content type"],
    ["a codec of a wrong type", changed({ CodecType: 1 }), "CodecType is 1: it takes a content type"],
    ["a negative time", changed({ ConnectTimeout: -1 }), "ConnectTimeout is -1: it takes nanoseconds"],
    ["a fraction of a time", changed({ HandleTimeout: 0.5 }), "HandleTimeout is 0.5: it takes nanoseconds"],
    ["a time as text", changed({ HandleTimeout: "1s" }), 'HandleTimeout is "1s": it takes nanoseconds'],
    [
      "a message limit below the least",
      changed({ MaxMessage: 1_048_575 }),
      "MaxMessage is 1048575: it takes an integer from 1048576",
    ],
    [
      "a metadata limit below the least",
      changed({ MaxMetadata: 16_383 }),
      "MaxMetadata is 16383: it takes an integer from 16384",
    ],
    [
      "a frame limit below the least",
      changed({ MaxFrame: 65_535 }),
      "MaxFrame is 65535: it takes an integer from 65536",
    ],
    [
      "a call limit below the least",
      changed({ MaxCalls: 63 }),
      "MaxCalls is 63: it takes an integer from 64",
    ],
    ["a fraction of a limit", changed({ MaxCalls: 64.5 }), "MaxCalls is 64.5: it takes an integer from 64"],
    [
      "metadata that no frame holds",
      changed({ MaxMetadata: 129_025 }),
      "MaxMetadata is 129025: it takes at most 129024 where MaxFrame is 131072",
    ],
    ["nesting without end", `{"MagicNumber":${"[".repeat(2_000)}${"]".repeat(2_000)}}`, "MagicNumber is [[["],
  ])("where it is %s", (_what, text, reason) => {
    expect(() => readOption(text)).toThrow(HandshakeError);
    expect(() => readOption(text)).toThrow(reason);
  });

  it("by an Error in place of an Option, whose text is passed on", () => {
    expect(() => readOption(writeRefusal("no such codec"))).toThrow('the peer refused: "no such codec"');
  });

  it("by a line that is as long as one may be, whatever the reason holds", () => {
    for (const filler of ["\u0000", "\ud800", "\u{1f600}", "é"]) {
      expect(Buffer.byteLength(writeRefusal(filler.repeat(5_000)))).toBeLessThanOrEqual(maxHandshakeBytes);
    }
  });

  it("with a text of a bounded length", () => {
    const error = (): unknown => readOption(changed({ CodecType: ["x".repeat(4_000)] }));
    expect(error).toThrow(HandshakeError);
    try {
      error();
    } catch (caught) {
      expect((caught as Error).message.length).toBeLessThan(300);
    }
  });

  it("and nothing else escapes from any line", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          readOption(text);
        } catch (error) {
          expect(error).toBeInstanceOf(HandshakeError);
        }
      }),
    );
  });
});

describe("gathering the line", () => {
  const bytes = Buffer.concat([Buffer.from(line), Buffer.from("rest")]);

  it("finds where it ends, whichever byte it is cut at", () => {
    for (let cut = 0; cut <= bytes.length; cut++) {
      const reader = new LineReader();
      const chunks = [bytes.subarray(0, cut), bytes.subarray(cut)];
      const found = chunks.map((chunk) => reader.push(chunk)).find((each) => each !== undefined);
      const inFirst = cut >= line.length;
      expect(found?.line).toBe(line.trimEnd());
      expect(chunks[inFirst ? 0 : 1]!.subarray(found!.rest).toString()).toBe(
        inFirst ? "rest".slice(0, cut - line.length) : "rest",
      );
    }
  });

  it("finds it one byte at a time", () => {
    const reader = new LineReader();
    const found = Array.from(bytes.subarray(0, line.length), (byte) => reader.push(Uint8Array.of(byte)));
    expect(found.slice(0, -1).every((each) => each === undefined)).toBe(true);
    expect(found.at(-1)).toEqual({ line: line.trimEnd(), rest: 1 });
  });

  it("ends at the limit, with or without its end in sight", () => {
    expect(new LineReader().push(Buffer.from(`${"x".repeat(maxHandshakeBytes)}\n`))).toBeDefined();
    expect(() => new LineReader().push(Buffer.from(`${"x".repeat(maxHandshakeBytes + 1)}\n`))).toThrow(
      HandshakeError,
    );
    const reader = new LineReader();
    expect(() => {
      for (let i = 0; i <= maxHandshakeBytes; i++) reader.push(Buffer.from("x"));
    }).toThrow("4096 bytes");
  });
});
