import { expect, test } from "vitest";
import { RpcError } from "../../errors.ts";
import { dial, TestOwner } from "./connection.fixture.ts";
import { type ScriptedPeer, turn } from "./scripted-peer.fixture.ts";

/** How many requests each write had. */
function sizes(peer: ScriptedPeer): number[] {
  let from = 0;
  return peer.writes.map(({ length }) => {
    const before = peer.frames(from).length;
    from += length;
    return before - peer.frames(from).length;
  });
}

function callTimes(count: number, ...dialled: readonly ReturnType<typeof dial>[]): void {
  for (let i = 0; i < count; i++)
    for (const [, connection] of dialled) void new TestOwner().call(connection, "");
}

function destroy(...dialled: readonly ReturnType<typeof dial>[]): void {
  for (const [, connection] of dialled) connection.destroy(new RpcError("UNAVAILABLE", "the test is over"));
}

test("requests of one turn leave in parts where they are many: the server begins while the rest is written", async () => {
  const alone = dial(new TestOwner());
  const [peer] = alone;
  callTimes(15, alone);
  expect(peer.writes).toHaveLength(0);
  callTimes(1, alone);
  expect(sizes(peer)).toEqual([16]);
  callTimes(84, alone);
  await turn();
  expect(sizes(peer)).toEqual([16, 16, 16, 24, 28]);
  destroy(alone);
});

test("where there are more connections, a part of one is larger", async () => {
  const both = [dial(new TestOwner()), dial(new TestOwner())];
  callTimes(70, ...both);
  await turn();
  for (const [peer] of both) expect(sizes(peer)).toEqual([32, 32, 6]);
  destroy(...both);
});
