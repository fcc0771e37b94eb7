import { describe, expect, it, vi } from "vitest";
import { body, defaultOption, Echo, goaway } from "../protocol/mux/connection.fixture.ts";
import { Kind } from "../protocol/mux/frames/frame.ts";
import { writeOption } from "../protocol/mux/handshake.ts";
import { frame, ScriptedPeer } from "../protocol/mux/scripted-peer.fixture.ts";
import { openChannel } from "./open.ts";

const option = Buffer.from(writeOption(defaultOption));

describe("a channel to one address", () => {
  it.each([
    ["broken", frame(15, 1)],
    ["going away", frame(Kind.GOAWAY, 0, goaway(0, 14, "closing"))],
  ])("dials again where the server's first bytes say that it is %s", async (_what, first) => {
    const answers = [Buffer.concat([option, first]), option];
    let peer = new ScriptedPeer();
    const dial = async (): Promise<ScriptedPeer> => {
      peer = new ScriptedPeer();
      peer.send(answers.shift()!);
      return peer;
    };
    // The first call is to fail.
    const channel = openChannel("test", dial, { retry: false });
    await expect(channel.unary(Echo.methods.say, "")).rejects.toMatchObject({
      code: "UNAVAILABLE",
      sent: "no",
    });
    const call = channel.unary(Echo.methods.say, "");
    await vi.waitFor(() => expect(peer.frames(peer.writes[0]?.length)).toHaveLength(1), 10_000);
    peer.send(frame(Kind.RESPONSE, 1, Buffer.concat([Buffer.of(0, 0), body("yes")])));
    expect(await call).toBe("yes");
    peer.push(null);
    await channel.close();
  });
});
