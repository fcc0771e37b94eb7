import { connect, Server, type ServerOptions } from "@gorpc/runtime";
import { testClock } from "@gorpc/runtime/testing";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { cells } from "./cells.ts";
import { dribbling } from "./dribble.ts";
import { GoPeer, type Results, runGoClient } from "./go-peer.ts";
import { deskHandler, InteropHandler } from "./handlers.ts";
import { FrontDesk, Interop, InteropClient } from "./interop.gorpc.ts";
import { useProgram } from "./program.ts";
import { setups as allSetups, type Setup, toGo } from "./setups.ts";

const program = useProgram();
beforeEach((context) => {
  if (program.path() === undefined) context.skip("Go is not installed");
});

const setups = allSetups.filter(({ network }) => network === "tcp");

async function goServer({ go }: Setup, delay = "0s"): Promise<string> {
  const peer = new GoPeer(program.path()!, ["serve", go, "tcp", "127.0.0.1:0", delay]);
  return `tcp://${(await peer.line())!}`;
}

async function ourServer(options: ServerOptions = {}): Promise<string> {
  const server = new Server(options);
  onTestFinished(() => server.close({ drain: 0 }));
  server.register(Interop, new InteropHandler()).register(FrontDesk, deskHandler);
  return server.listen("tcp://127.0.0.1:0");
}

function goClient(go: string, address: string, env: Record<string, string> = {}): Promise<Results> {
  return runGoClient(new GoPeer(program.path()!, ["some", go, "tcp", toGo(address)], env));
}

/** What a few cases give where all is well. */
const well = ["scalar", "struct", "nested", "error", "renamed"].map((name) => [name, undefined] as const);

/** Calls at once, all in one packet with what a connection begins with. */
async function callAtOnce({ channel: options }: Setup, address: string): Promise<void> {
  const channel = await connect(address, { ...options, lazy: true });
  onTestFinished(() => channel.close());
  await Promise.all(["scalar", "struct", "nested", "error", "renamed"].map((name) => cells[name]!(channel)));
}

describe("a server in Go", () => {
  it.each(setups)("that is slow to accept is called at once, over $name", async (setup) => {
    await callAtOnce(setup, await goServer(setup, "150ms"));
  });

  it.each(setups)("may answer a byte at a time, or with pauses, over $name", async (setup) => {
    const address = await goServer(setup);
    for (const pace of ["bytes", "pauses"] as const) {
      await callAtOnce(setup, await dribbling(address, "as is", pace));
    }
  });

  it.each(setups.filter(({ channel }) => channel.protocol !== "classic"))(
    "is called a byte at a time, or with pauses, over $name",
    async (setup) => {
      const address = await goServer(setup);
      for (const pace of ["bytes", "pauses"] as const) {
        await callAtOnce(setup, await dribbling(address, pace, pace));
      }
    },
  );
});

describe("a client in Go", () => {
  it.each(setups)("may call a byte at a time, or with pauses, over $name", async (setup) => {
    const address = await ourServer({ classicEcho: setup.classicEcho ?? "auto" });
    for (const pace of ["bytes", "pauses"] as const) {
      expect([...(await goClient(setup.go, await dribbling(address, pace, pace)))]).toEqual(well);
    }
  });

  it.each(setups)("may call over TLS, on the port that takes connections without: $name", async (setup) => {
    const { serverTls } = await import("../../tls/identities.ts");
    const address = await ourServer({
      tls: { cert: serverTls.cert, key: serverTls.key },
      classicEcho: setup.classicEcho ?? "auto",
    });
    expect([...(await goClient(setup.go, address, { TLS: "1" }))]).toEqual(well);
  });
});

describe("the dialects of the classic protocol", () => {
  it("the one that does not echo is served under auto where it calls at once", async () => {
    const address = await ourServer({ classicEcho: "auto" });
    // A busy machine may hold the client for longer than the 50 ms in which it is to call: they do not pass.
    const clock = testClock();
    onTestFinished(() => clock.dispose());
    expect([...(await goClient("silent", address))]).toEqual(well);
  });

  it.each([
    ["the one that echoes", "echo", "always"],
    ["the one that does not, idle after it has dialled,", "silent", "never"],
    ["the one that echoes, through HTTP,", "echo-connect", "never"],
    ["the one that does not, through HTTP, idle after it has dialled,", "silent-connect", "always"],
  ] as const)("%s is served where %s is under %s", async (_what, go, classicEcho) => {
    const address = await ourServer({ classicEcho });
    expect([...(await goClient(go, address, { IDLE: "120ms" }))]).toEqual(well);
  });
});

describe("a handler that takes too long", () => {
  it.each([
    ["echo", "auto"],
    ["silent", "never"],
  ] as const)("is bounded by a classic client's Option, in known words: %s", async (go, classicEcho) => {
    const results = await goClient(go, await ourServer({ classicEcho }), { HANDLE_TIMEOUT: "120ms" });
    expect([...results]).toEqual([...well, ["timeout", undefined], ["after", undefined]]);
  });

  it("on a classic server is bounded by the channel's handleTimeout; its second answer is ignored", async () => {
    const setup = setups.find(({ go }) => go === "silent")!;
    const channel = await connect(await goServer(setup), { ...setup.channel, handleTimeout: 100 });
    onTestFinished(() => channel.close());
    const interop = new InteropClient(channel);
    // Each is answered with the error, then once more when it is done: the first while the second waits.
    const calls = [400, 800].map((takes) => interop.wait(takes).catch((error: unknown) => error));
    for (const error of await Promise.all(calls)) {
      const text = "rpc server: request handle timeout: expect within 100ms";
      expect(error).toMatchObject({ code: "DEADLINE_EXCEEDED", rawMessage: text });
    }
    await expect(interop.wait(600)).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED" });
    expect(await interop.negate(1)).toBe(-1);
  });

  it.each(setups)("may answer late, which nobody hears any more: $name", async (setup) => {
    const channel = await connect(await goServer(setup), setup.channel);
    onTestFinished(() => channel.close());
    const interop = new InteropClient(channel);
    using clock = testClock();
    const late = interop.wait(60, { timeout: 30 }).catch((error: unknown) => error);
    await clock.advance(30);
    expect(await interop.wait(120)).toBe("done");
    expect(await late).toMatchObject({ code: "DEADLINE_EXCEEDED", sent: "maybe" });
    expect(await interop.negate(1)).toBe(-1);
  });
});
