import { describe, expect, it } from "vitest";
import { protoCodec } from "../../codec/proto.ts";
import { channelLimits } from "../../limits.ts";
import { writeRefusal } from "../option.ts";
import type { Connection, OpenOptions } from "../protocol.ts";
import type { MuxClientConnection } from "./client.ts";
import { body, defaultOption, TestOwner } from "./connection.fixture.ts";
import { muxClient } from "./dial.ts";
import { Kind } from "./frames/frame.ts";
import { readOption, writeOption } from "./handshake.ts";
import { frame, ScriptedPeer, turn } from "./scripted-peer.fixture.ts";

const options: OpenOptions = {
  target: "test",
  codec: protoCodec,
  limits: channelLimits,
  connectTimeout: 10_000,
  handleTimeout: Infinity,
  keepaliveInterval: Infinity,
  keepaliveTimeout: Infinity,
};
const line = Buffer.from(writeOption(defaultOption));

interface Dialled {
  readonly peer: ScriptedPeer;
  readonly owner: TestOwner;
  readonly opening: Promise<Connection>;
  readonly stop: AbortController;
}

function dial(): Dialled {
  const peer = new ScriptedPeer();
  const owner = new TestOwner();
  const stop = new AbortController();
  const opening = muxClient.open(peer, options, owner, stop.signal);
  opening.catch(() => {});
  return { peer, owner, opening, stop };
}

describe("a client's side of the handshake", () => {
  it("speaks first, and is done when the answer is there", async () => {
    const { peer, opening } = dial();
    expect(readOption(Buffer.concat(peer.writes).toString())).toMatchObject({
      codec: "application/proto",
      connectTimeout: 10_000,
      handleTimeout: 0,
    });
    let done = false;
    void opening.then(() => (done = true));
    peer.send(line.subarray(0, 20));
    await turn();
    expect(done).toBe(false);
    peer.send(line.subarray(20));
    expect((await opening).isOpen).toBe(true);
  });

  it("leaves what comes behind the answer to the connection, wherever it is cut", async () => {
    const ping = frame(Kind.PING, 0, Buffer.alloc(8));
    const bytes = Buffer.concat([line, ping, ping]);
    for (let cut = 1; cut < bytes.length; cut++) {
      const { peer, opening } = dial();
      const first = Buffer.concat(peer.writes).length;
      peer.send(bytes.subarray(0, cut));
      await turn();
      peer.send(bytes.subarray(cut));
      await opening;
      await turn();
      expect(peer.frames(first).map(({ kind }) => kind)).toEqual(["PONG", "PONG"]);
    }
  });

  it.each([
    ["a refusal", writeRefusal("no such codec"), 'the peer refused: "no such codec"'],
    [
      "another codec than it asked for",
      writeOption({ ...defaultOption, codec: "application/json" }),
      "answered with the codec application/json",
    ],
    ["an alert of TLS", "\x15\x03\x03\x00\x02\x02\x46", "the server speaks TLS: dial it with tls://"],
    [
      "something else",
      "SSH-2.0-OpenSSH\r\n",
      'the peer does not speak mux/1: it says "SSH-2.0-OpenSSH"; is it a gorpc server?',
    ],
    ["a line without an end", "x".repeat(5_000), "4096 bytes"],
  ])("fails at %s, and closes", async (_what, answer, reason) => {
    const { peer, opening, owner } = dial();
    peer.send(Buffer.from(answer));
    await expect(opening).rejects.toThrow(reason);
    expect(peer.destroyed).toBe(true);
    expect(owner.events).toEqual([]);
  });

  it.each([
    ["is ended", (peer: ScriptedPeer) => void peer.push(null), "closed the connection during the handshake"],
    ["is closed", (peer: ScriptedPeer) => void peer.destroy(), "closed the connection during the handshake"],
    ["breaks", (peer: ScriptedPeer) => void peer.destroy(new Error("ECONNRESET")), "ECONNRESET"],
  ])("fails when the connection %s meanwhile", async (_what, end, reason) => {
    const { peer, opening } = dial();
    end(peer);
    await expect(opening).rejects.toThrow(reason);
  });

  it("gives up with its signal, also one that fired before", async () => {
    const { peer, opening, stop } = dial();
    stop.abort(new Error("too long"));
    await expect(opening).rejects.toThrow("too long");
    expect(peer.destroyed).toBe(true);
    const late = new ScriptedPeer();
    await expect(muxClient.open(late, options, new TestOwner(), stop.signal)).rejects.toThrow("too long");
    expect(late.destroyed).toBe(true);
    expect(late.writes).toEqual([]);
  });

  it("cannot be ended by its signal once it is done", async () => {
    const { peer, owner, opening, stop } = dial();
    peer.send(line);
    const connection = await opening;
    stop.abort(new Error("too late"));
    const call = owner.call(connection as MuxClientConnection, "");
    await turn();
    peer.send(frame(Kind.RESPONSE, 1, Buffer.concat([Buffer.of(0, 0), body("yes")])));
    expect(await call).toBe("yes");
  });

  it("hands over a connection that says whether it ended with the answer", async () => {
    const { peer, opening } = dial();
    peer.send(line, frame(15, 1));
    expect((await opening).isOpen).toBe(false);
  });
});
