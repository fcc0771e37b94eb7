import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { matching } from "../e2e/waiting.ts";
import { start } from "../e2e/world.ts";
import { RawClient } from "./raw-client.ts";
import { outcomeOf } from "./reading.ts";
import { intBody, paths, request } from "./wire.ts";

const bomb = deflateRawSync(Buffer.alloc(64 * 1024 * 1024), { level: 9 });

describe("what a compressing peer sends", () => {
  it.each([
    ["a bomb", Buffer.concat([Buffer.of(1), bomb]), 8, /larger than the 4194304 bytes accepted/],
    ["no deflate", Buffer.from("01ffffff", "hex"), 3, /the request does not decode: it does not inflate/],
    ["another encoding", Buffer.from("07", "hex"), 3, /its encoding is 7/],
    ["no encoding", Buffer.alloc(0), 3, /its encoding is undefined/],
  ])("costs its call where it is %s", async (_what, body, status, reason) => {
    const { address } = await start({ server: { compression: true } });
    const client = await RawClient.shakeHands(address, { Compression: "deflate" });
    client.send(
      request(1, { method: paths.negate }, body),
      request(2, { method: 0 }, Buffer.concat([Buffer.of(0), intBody(7)])),
    );
    const [first, second] = (await client.receive(2)).map(outcomeOf);
    expect(first).toMatchObject({ id: 1, status, run: false, message: matching(reason) });
    expect(second).toMatchObject({ id: 2, status: 0 });
  });
});
