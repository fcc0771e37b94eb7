import { describe, expect, it } from "vitest";
import { Reader } from "../../../bytes/reader.ts";
import { wellFormed } from "../../../bytes/utf8.ts";
import { errorType } from "../../../codec/error-type.ts";
import { protoCodec } from "../../../codec/proto.ts";
import { RpcError, statusNumbers, type StatusCode } from "../../../errors.ts";
import { channelLimits } from "../../../limits.ts";
import { Metadata } from "../../../metadata.ts";
import { service, unary } from "../../../schema/service.ts";
import { type ErrorType, TypedError } from "../../../schema/typed-error.ts";
import { body, text } from "../connection.fixture.ts";
import { Output } from "../output/output.ts";
import { type ScriptedFrame, ScriptedPeer, turn } from "../scripted-peer.fixture.ts";
import { AnswerWriter } from "./answer-writer.ts";
import { readError } from "./response.ts";

/** As the generator writes one. */
class NoSuchOrder extends TypedError {
  static readonly type: ErrorType<{ id: string }> = errorType<{ id: string }>(
    "test.NoSuchOrder",
    "NOT_FOUND",
    "NoSuchOrder",
    {
      fields: () => [{ number: 1, name: "id", type: "string" }],
      write(writer, error) {
        if (error.id !== "") writer.byte(10).string(error.id);
      },
      read(reader, end) {
        return { id: text.read(reader, end) };
      },
    },
  );
  override readonly kind = "NoSuchOrder";
  readonly id: string;
  constructor(fields: { id: string }, message?: string, options?: object) {
    super(NoSuchOrder.type, message, options);
    this.id = fields.id;
  }
}

const { get } = service("test.Orders", () => ({
  get: unary(
    "Get",
    () => text,
    () => text,
    { throws: () => [NoSuchOrder] },
  ),
})).methods;

const logged: string[] = [];
const logger = {
  warn: (message: string) => logged.push(message),
  error: (message: string) => logged.push(message),
};

/** The frames that a writer of answers writes. */
async function written(write: (answers: AnswerWriter) => void, limits = {}): Promise<ScriptedFrame[]> {
  const peer = new ScriptedPeer();
  const caller = { ...channelLimits, ...limits };
  const { maxFrameBytes: maxFrame, maxMessageBytes: maxMessage } = caller;
  const output = new Output(
    peer,
    { maxUnsent: 1e9, maxFrame, maxMessage },
    { onRoom: () => {}, onCalm: () => {} },
  );
  logged.length = 0;
  write(new AnswerWriter(output, protoCodec, caller, { logger, load: { period: 0, thousandths: 0 } }));
  await turn();
  return peer.frames();
}

function read(frame: ScriptedFrame, method: typeof get = get): RpcError {
  const bytes = Buffer.from(frame.payload, "hex");
  const reader = new Reader(bytes);
  const status = reader.uint32();
  const notRun = frame.kind.includes("NOT_RUN");
  return readError(reader, bytes.length, status, notRun, protoCodec, method, "prefix", 16_384);
}

/** A call to answer, as far as answering looks at it. */
function call(trailers?: Metadata): Parameters<AnswerWriter["write"]>[0] {
  return { id: 7, method: get, sentTrailers: trailers } as unknown as Parameters<AnswerWriter["write"]>[0];
}

describe("an answer", () => {
  it("is OK, trailers and the body", async () => {
    const plain = await written((answers) => answers.write(call(), "hi"));
    expect(plain).toEqual([{ kind: "RESPONSE", id: 7, payload: `0000${body("hi").toString("hex")}` }]);
    const trailers = new Metadata().append("a", "b");
    const [withTrailers] = await written((answers) => answers.write(call(trailers), ""));
    expect(withTrailers!.payload).toBe("000401610162");
  });

  it("that is not of its type is INTERNAL for the caller, and logged with the reason", async () => {
    const [frame] = await written((answers) => answers.write(call(), 5));
    expect(read(frame!)).toMatchObject({
      code: "INTERNAL",
      rawMessage: "the server failed to encode its answer",
      sent: "yes",
    });
    expect(logged).toEqual([
      expect.stringContaining("/test.Orders/Get: the handler's answer cannot be encoded"),
    ]);
  });

  it("larger than the caller accepts says so, and leaves nothing of itself", async () => {
    const frames = await written((answers) => answers.write(call(), "x".repeat(1_048_576)), {
      maxMessageBytes: 1_048_576,
    });
    expect(frames).toHaveLength(1);
    expect(read(frames[0]!)).toMatchObject({ code: "RESOURCE_EXHAUSTED", sent: "yes" });
    expect(read(frames[0]!).message).toContain("1048576 bytes that the caller accepts");
  });

  it("with trailers that cannot be sent goes as an error without them", async () => {
    const trailers = new Metadata().append("a", "x".repeat(20_000));
    const [frame] = await written((answers) => answers.write(call(trailers), "hi"));
    expect(read(frame!)).toMatchObject({ code: "RESOURCE_EXHAUSTED", metadata: undefined });
  });
});

describe("an error", () => {
  it.each(Object.keys(statusNumbers).slice(1) as StatusCode[])("%s arrives with its text", async (code) => {
    const [frame] = await written((answers) =>
      answers.writeError(7, new RpcError(code, "why"), undefined, false),
    );
    expect(read(frame!)).toMatchObject({
      code,
      rawMessage: "why",
      message: "prefix: why",
      sent: "yes",
      retryAfter: undefined,
    });
  });

  it("tells that no handler was entered", async () => {
    const [frame] = await written((answers) =>
      answers.writeError(7, new RpcError("ABORTED", ""), undefined, true),
    );
    expect(frame!.kind).toBe("RESPONSE+NOT_RUN");
    expect(read(frame!).sent).toBe("no");
  });

  it.each([
    [1, 1],
    [0, 1],
    [-5, 1],
    [0.2, 1],
    [1_500.5, 1_501],
    [1e300, 0x7fff_ffff],
    [Infinity, 0x7fff_ffff],
    [NaN, undefined],
  ])("asks to wait %d ms as %d", async (retryAfter, expected) => {
    const error = new RpcError("UNAVAILABLE", "later", { retryAfter });
    const [frame] = await written((answers) => answers.writeError(7, error, undefined, false));
    expect(read(frame!)).toMatchObject({ code: "UNAVAILABLE", rawMessage: "later", retryAfter: expected });
  });

  it("carries the trailers and its own metadata", async () => {
    const error = new RpcError("ABORTED", "", { metadata: new Metadata().append("own", "2") });
    const trailers = new Metadata().append("trailer", "1");
    const [frame] = await written((answers) => answers.writeError(7, error, trailers, false));
    expect([...read(frame!).metadata!]).toEqual([
      ["trailer", "1"],
      ["own", "2"],
    ]);
    expect(trailers.size).toBe(1);
  });

  it("keeps 4,096 characters of its text, which UTF-8 can carry", async () => {
    const error = new RpcError("ABORTED", `${"é".repeat(4_095)}😀 and more`);
    const [frame] = await written((answers) => answers.writeError(7, error, undefined, false));
    expect(read(frame!).rawMessage).toBe(`${"é".repeat(4_095)}\ufffd`);
    expect(wellFormed("a\ud800b\udc00😀")).toBe("a\ufffdb\ufffd😀");
  });

  it("of an unknown status is UNKNOWN", () => {
    expect(read({ kind: "RESPONSE", id: 1, payload: "4d0000026f6b00" })).toMatchObject({
      code: "UNKNOWN",
      rawMessage: "ok",
    });
  });
});

describe("a typed error", () => {
  it("arrives with its fields where the method declares it", async () => {
    const [frame] = await written((answers) =>
      answers.writeError(7, new NoSuchOrder({ id: "o-1" }), undefined, false),
    );
    expect(Buffer.from(frame!.payload, "hex").toString("latin1")).toContain("test.NoSuchOrder\n\x03o-1");
    const error = read(frame!);
    expect(error).toBeInstanceOf(NoSuchOrder);
    expect(error).toMatchObject({
      id: "o-1",
      code: "NOT_FOUND",
      message: "prefix: NoSuchOrder",
      sent: "yes",
    });
  });

  it("arrives as its code and text where the method does not", async () => {
    const [frame] = await written((answers) =>
      answers.writeError(7, new NoSuchOrder({ id: "o-1" }), undefined, false),
    );
    const error = read(frame!, { ...get, throws: [] });
    expect(error).not.toBeInstanceOf(TypedError);
    expect(error).toMatchObject({ code: "NOT_FOUND", rawMessage: "NoSuchOrder" });
  });

  it("whose fields do not decode arrives as its code and text, with the reason", async () => {
    const [frame] = await written((answers) =>
      answers.writeError(7, new NoSuchOrder({ id: "o-1" }), undefined, false),
    );
    const error = read({ ...frame!, payload: frame!.payload.slice(0, -2) });
    expect(error).not.toBeInstanceOf(TypedError);
    expect(error).toMatchObject({ code: "NOT_FOUND", cause: expect.any(Error) as Error });
  });

  it.each([
    ["not of their type", 5 as unknown as string],
    ["larger than the caller accepts", "x".repeat(1_048_576)],
  ])("whose fields are %s goes without them, and is logged", async (_what, id) => {
    const frames = await written(
      (answers) => answers.writeError(7, new NoSuchOrder({ id }), undefined, false),
      {
        maxMessageBytes: 1_048_576,
      },
    );
    expect(frames).toHaveLength(1);
    expect(read(frames[0]!)).toMatchObject({ code: "NOT_FOUND", rawMessage: "NoSuchOrder" });
    expect(read(frames[0]!)).not.toBeInstanceOf(TypedError);
    expect(logged).toEqual([
      expect.stringContaining("NoSuchOrder cannot be encoded and goes without its fields"),
    ]);
  });
});
