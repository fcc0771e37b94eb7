import { type Channel, connect, Server } from "@gorpc/runtime";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { buildGo, type GoProgram, goVersion } from "../go.ts";
import { cells } from "../rpc/cells.ts";
import { GoPeer, runGoClient } from "../rpc/go-peer.ts";
import { deskHandler, InteropHandler } from "../rpc/handlers.ts";
import { FrontDesk, Interop, InteropClient } from "../rpc/interop.gorpc.ts";
import { setups as all, toGo, toUrl, type Setup } from "../rpc/setups.ts";

const setups = all.filter(
  ({ go, network }) => ["net/rpc", "connect", "jsonrpc"].includes(go) && network === "tcp",
);

let program: GoProgram | undefined;
beforeAll(() => {
  if (goVersion() !== undefined) program = buildGo("generated");
}, 180_000);
afterAll(() => program?.remove());

async function goServer({ go }: Setup): Promise<string> {
  return toUrl("tcp", (await new GoPeer(program!.path, ["serve", go]).line())!);
}

async function ourServer(): Promise<string> {
  const server = new Server();
  onTestFinished(() => server.close({ drain: 0 }));
  server.register(Interop, new InteropHandler()).register(FrontDesk, deskHandler);
  return server.listen("tcp://127.0.0.1:0");
}

async function channelTo(address: string, setup: Setup): Promise<Channel> {
  const channel = await connect(address, setup.channel);
  onTestFinished(() => channel.close());
  return channel;
}

/** Of a Go client's cases, those that failed. */
async function failures(address: string, { go }: Setup) {
  const results = await runGoClient(new GoPeer(program!.path, ["call", go, toGo(address)]));
  expect(results.size).toBeGreaterThan(10);
  return [...results].filter(([, error]) => error !== undefined);
}

describe.each(setups)("generated Go over $name", (setup) => {
  beforeEach((context) => {
    if (program === undefined) context.skip("Go is not installed");
  });

  // A call that is given up is the channel's affair alone, and takes a while.
  it.each(Object.keys(cells).filter((name) => name !== "bounded"))(
    "serves a client in TypeScript: %s",
    async (name) => {
      await cells[name]!(await channelTo(await goServer(setup), setup));
    },
  );

  it("keeps members of unions that are zero, as gob does not", async () => {
    const interop = new InteropClient(await channelTo(await goServer(setup), setup));
    const sent = {
      name: "",
      id: 0n,
      operands: { left: 0, right: 0 },
      points: [],
      labels: {},
      data: new Uint8Array(0),
      at: new Date(0),
      takes: 0,
      shape: { kind: "circle", value: 0 },
      total: 0n,
    } as const;
    expect(await interop.echo({ ...sent, points: [] })).toMatchObject({
      shape: { kind: "circle", value: 0 },
    });
  });

  it("calls a server in TypeScript", async () => {
    expect(await failures(await ourServer(), setup)).toEqual([]);
  });

  it("calls a server in Go", async () => {
    expect(await failures(await goServer(setup), setup)).toEqual([]);
  });
});
