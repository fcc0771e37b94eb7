import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { maxHandshakeBytes } from "../../limits.ts";
import { muxServer } from "./accept.ts";
import { body, defaultOption, echo, Echo, request, TestHost } from "./connection.fixture.ts";
import { Kind } from "./frames/frame.ts";
import { readOption, writeOption } from "./handshake.ts";
import { frame, parseFrames, ScriptedPeer, turn } from "./scripted-peer.fixture.ts";

const line = Buffer.from(writeOption(defaultOption));
const call = frame(Kind.REQUEST, 1, request(Echo.methods.say.path, "hi"));

interface Served {
  readonly peer: ScriptedPeer;
  readonly host: TestHost;
  readonly onHandshake: ReturnType<typeof vi.fn>;
}

/** Serves a connection whose first bytes are these. */
function serve(first: Uint8Array): Served {
  const peer = new ScriptedPeer();
  const host = new TestHost().on(Echo.methods.say, echo);
  const onHandshake = vi.fn();
  host.onHandshake = onHandshake;
  muxServer.serve(peer, first, { address: "tcp://caller:1" }, host);
  return { peer, host, onHandshake };
}

/** The line that came back, and the frames behind it. */
function answered({ peer }: Served): { line: string; frames: string[] } {
  const bytes = Buffer.concat(peer.writes);
  const end = bytes.indexOf("\n") + 1;
  return {
    line: bytes.subarray(0, end).toString(),
    frames: parseFrames(bytes.subarray(end)).map(({ kind, id, payload }) => `${kind} ${id} ${payload}`),
  };
}

const answer = `RESPONSE 1 0000${body("hi").toString("hex")}`;

describe("a server's side of the handshake", () => {
  it("answers with what it agreed to and accepts", async () => {
    const served = serve(Buffer.from(writeOption({ ...defaultOption, handleTimeout: 5_000 })));
    await turn();
    expect(readOption(answered(served).line)).toEqual({
      codec: "application/proto",
      connectTimeout: 0,
      handleTimeout: 5_000,
      accepts: readOption(line.toString()).accepts,
    });
    expect(served.onHandshake).toHaveBeenCalledTimes(1);
    expect(served.host.logged).toEqual([]);
  });

  it("takes calls that came with it, wherever the bytes are cut", async () => {
    const bytes = Buffer.concat([line, call]);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const served = serve(bytes.subarray(0, cut));
      if (cut < bytes.length) served.peer.send(bytes.subarray(cut));
      await turn();
      expect(answered(served).frames).toEqual([answer]);
    }
  });

  it("takes them one byte at a time", async () => {
    const served = serve(new Uint8Array(0));
    for (const byte of Buffer.concat([line, call])) {
      served.peer.send(Buffer.of(byte));
      await turn();
    }
    expect(answered(served).frames).toEqual([answer]);
  });
});

describe("a server refuses a handshake", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    [
      "for a codec that it does not have",
      writeOption({ ...defaultOption, codec: "application/x-none" }),
      'this server has no codec "application/x-none"; it has application/proto, application/json, application/gob',
    ],
    ["that is not an Option", '{"MagicNumber":1}\n', "MagicNumber is 1"],
    ["that is longer than it may be", "x".repeat(maxHandshakeBytes + 1), "4096 bytes"],
    [
      "with a codec's name of 4,000 bytes",
      writeOption({ ...defaultOption, codec: "\u0000".repeat(600) }),
      "no codec",
    ],
  ])("%s: says why, logs it once, half-closes, and runs nothing", async (_what, first, reason) => {
    const served = serve(Buffer.from(first));
    served.peer.send(call);
    await turn();
    const { line: refusal, frames } = answered(served);
    expect((JSON.parse(refusal) as { Error: string }).Error).toContain(reason);
    expect(frames).toEqual([]);
    expect(served.host.logged).toEqual([expect.stringContaining("handshake from tcp://caller:1 refused")]);
    expect(served.onHandshake).not.toHaveBeenCalled();
    expect(served.peer.writableFinished).toBe(true);
    expect(served.peer.destroyed).toBe(false);
    served.peer.push(null);
    await turn();
    expect(served.peer.destroyed).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("and does not wait for the peer's end longer than a second", async () => {
    const served = serve(Buffer.from("{}\n"));
    await turn();
    await vi.advanceTimersByTimeAsync(999);
    expect(served.peer.destroyed).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(served.peer.destroyed).toBe(true);
  });
});
