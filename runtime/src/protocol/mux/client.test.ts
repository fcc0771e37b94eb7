import { describe, expect, it, onTestFinished, vi } from "vitest";
import { RpcError } from "../../errors.ts";
import type { Metadata } from "../../metadata.ts";
import { CallIds } from "./calls/call-ids.ts";
import { body, dial, Echo, goaway, request, response, TestOwner, varint } from "./connection.fixture.ts";
import { Flag, Kind } from "./frames/frame.ts";
import { frame, type ScriptedPeer, turn } from "./scripted-peer.fixture.ts";

/** How far the test has moved the clock on. */
let skipped = 0;
vi.mock("../../clock.ts", () => ({ now: () => performance.now() + skipped }));

const { say, other } = Echo.methods;
const KiB = 1024;

/** `REQUEST 1`: kind and id of each frame written. */
function shapes(peer: ScriptedPeer): string[] {
  return peer.frames().map(({ kind, id }) => `${kind} ${id}`);
}

/** What a call fails with. */
async function failure(call: Promise<unknown>): Promise<RpcError> {
  return call.then(
    () => expect.unreachable(),
    (error: unknown) => error as RpcError,
  );
}

describe("the server's load", () => {
  it("is what it said last, until that is old", async () => {
    const [peer, connection] = dial(new TestOwner());
    expect(connection.load).toBeUndefined();
    peer.send(frame(Kind.LOAD, 0, "00"));
    await turn();
    expect(connection.load).toBe(0);
    peer.send(frame(Kind.LOAD, 0, varint(1_250)));
    await turn();
    expect(connection.load).toBe(1.25);
    skipped += 2_001;
    expect(connection.load).toBeUndefined();
  });

  it("that ends early costs the connection", async () => {
    const owner = new TestOwner();
    const [peer] = dial(owner);
    peer.send(frame(Kind.LOAD, 0, "80"));
    await turn();
    expect(owner.events).toEqual([expect.stringContaining("the server broke the protocol: LOAD frame")]);
  });
});

describe("calls", () => {
  it("travel with the timeout that they were made with, however the clock's fractions add up", async () => {
    const owner = new TestOwner();
    const [peer, connection] = dial(owner);
    const timeout = 200_000;
    const before = skipped;
    // Where the sum of the two has fewer binary places than the time itself.
    skipped += 2 ** 40 - timeout / 2 - (performance.now() + skipped);
    onTestFinished(() => void (skipped = before));
    const calls = Array.from({ length: 100 }, () => failure(owner.call(connection, "", { timeout })));
    await turn();
    const payloads = peer.frames().map(({ payload }) => payload);
    connection.destroy(new RpcError("CANCELLED", "enough"));
    await Promise.all(calls);
    expect(payloads).toHaveLength(100);
    expect(new Set(payloads.slice(1))).toEqual(new Set([request(0, "", timeout).toString("hex")]));
  });

  it("go by path, then by index, and are answered in any order", async () => {
    const owner = new TestOwner();
    const [peer, connection] = dial(owner);
    const calls = [
      owner.call(connection, "a"),
      owner.call(connection, "b", undefined, other),
      owner.call(connection, "c"),
      owner.call(connection, "d", undefined, other),
    ];
    await turn();
    expect(peer.writes).toHaveLength(1);
    const payloads = [request(say.path, "a"), request(other.path, "b"), request(0, "c"), request(1, "d")];
    expect(peer.frames()).toEqual(
      payloads.map((payload, i) => ({ kind: "REQUEST", id: i + 1, payload: payload.toString("hex") })),
    );
    for (const id of [3, 1, 4, 2]) peer.send(frame(Kind.RESPONSE, id, response(`to ${id}`)));
    expect(await Promise.all(calls)).toEqual(["to 1", "to 2", "to 3", "to 4"]);
    expect(connection.inFlight).toBe(0);
  });

  it("that cannot be encoded fail alone, and leave no trace", async () => {
    const owner = new TestOwner();
    const [peer, connection] = dial(owner);
    const broken = owner.call(connection, 5 as unknown as string);
    const good = owner.call(connection, "good");
    const error = await failure(broken);
    expect(error).toMatchObject({ code: "INVALID_ARGUMENT", sent: "no" });
    await turn();
    expect(peer.frames()).toEqual([
      {
        kind: "REQUEST",
        id: expect.any(Number) as number,
        payload: request(say.path, "good").toString("hex"),
      },
    ]);
    peer.send(frame(Kind.RESPONSE, peer.frames()[0]!.id, response("yes")));
    expect(await good).toBe("yes");
  });

  it("made while another one's request is encoded are refused, and do not break its frame", async () => {
    const owner = new TestOwner();
    const [peer, connection] = dial(owner);
    let inner: Promise<string> | undefined;
    const spying: typeof say = {
      ...say,
      request: {
        ...say.request,
        write: (writer, value) => {
          writer.byte(10);
          inner = owner.call(connection, "inner");
          writer.string(value);
        },
      },
    };
    void owner.call(connection, "outer", undefined, spying);
    expect(await failure(inner!)).toMatchObject({ code: "FAILED_PRECONDITION", sent: "no" });
    await turn();
    expect(peer.frames().map(({ payload }) => payload)).toEqual([request(say.path, "outer").toString("hex")]);
  });

  it("wait outside when the server takes no more at once, and hear of room", async () => {
    const owner = new TestOwner();
    const [peer, connection] = dial(owner, {}, { maxConcurrentCalls: 64 });
    for (let i = 0; i < 65; i++) void owner.call(connection, "");
    expect(owner.refused).toHaveLength(1);
    expect(owner.events).toEqual([]);
    peer.send(frame(Kind.RESPONSE, 7, response("")));
    await turn();
    expect(owner.events).toEqual(["room"]);
  });

  it("wait outside while too much is unsent", async () => {
    const owner = new TestOwner();
    const [peer, connection] = dial(owner, { maxUnsentBytes: 64 * KiB });
    peer.stuck = true;
    for (let i = 0; i < 3; i++) void owner.call(connection, "x".repeat(40 * KiB));
    expect(owner.refused).toHaveLength(1);
    peer.takeAll();
    await turn();
    expect(owner.events).toEqual(["room"]);
  });

  it("say in their cause that metadata is too large: what has none is made again", async () => {
    const owner = new TestOwner();
    const [, connection] = dial(owner);
    const call = owner.call(connection, "", { metadata: { a: "x".repeat(100_000) } });
    const error = await call.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "RESOURCE_EXHAUSTED", sent: "no" });
    expect((error as RpcError).cause).toBeInstanceOf(RpcError);
  });

  it("carry their metadata and hear of trailers", async () => {
    const owner = new TestOwner();
    const [peer, connection] = dial(owner);
    const onTrailers = vi.fn<(trailers: Metadata) => void>();
    const call = owner.call(connection, "", { metadata: { a: "1", "b-bin": Uint8Array.of(2) }, onTrailers });
    await turn();
    const path = Buffer.from(say.path).toString("hex");
    expect(peer.frames()[0]!.payload).toBe(`1c${path}000c0161013105622d62696e0102`);
    peer.send(frame(Kind.RESPONSE, 1, "000401740176"));
    expect(await call).toBe("");
    expect([...onTrailers.mock.calls[0]![0]]).toEqual([["t", "v"]]);
  });

  it("settle also where the caller's onTrailers throws", async () => {
    const owner = new TestOwner();
    const [peer, connection] = dial(owner);
    const onTrailers = (): never => {
      throw new Error("mine");
    };
    const good = owner.call(connection, "", { onTrailers });
    const bad = owner.call(connection, "", { onTrailers });
    peer.send(frame(Kind.RESPONSE, 1, "000401740176"), frame(Kind.RESPONSE, 2, "0a0004017401760000"));
    expect(await failure(good)).toMatchObject({ code: "INTERNAL", cause: new Error("mine") });
    expect((await failure(bad)).code).toBe("ABORTED");
    expect(owner.events).toEqual([]);
  });
});

describe("giving a call up", () => {
  it("sends CANCEL; its answer, if it still comes, goes nowhere", async () => {
    const owner = new TestOwner();
    const [peer, connection] = dial(owner);
    const abort = new AbortController();
    const call = owner.call(connection, "", { signal: abort.signal });
    await turn();
    abort.abort();
    expect(await failure(call)).toMatchObject({ code: "CANCELLED", sent: "maybe" });
    await turn();
    expect(shapes(peer)).toEqual(["REQUEST 1", "CANCEL 1"]);
    peer.send(frame(Kind.RESPONSE, 1, response("late")));
    await turn();
    expect(owner.events).toEqual([]);
  });

  it("tells the server that its deadline has passed", async () => {
    const owner = new TestOwner();
    const [peer, connection] = dial(owner);
    expect(await failure(owner.call(connection, "", { timeout: 5 }))).toMatchObject({
      code: "DEADLINE_EXCEEDED",
    });
    await turn();
    expect(peer.frames().at(-1)).toMatchObject({ kind: "CANCEL", id: 1, payload: "04" });
  });

  it("leaves no trace of a large request that has not begun", async () => {
    const owner = new TestOwner();
    const [peer, connection] = dial(owner);
    peer.stuck = true;
    for (let i = 0; i < 5; i++) void owner.call(connection, "x".repeat(60 * KiB));
    await turn();
    const abort = new AbortController();
    const call = owner.call(connection, "x".repeat(200 * KiB), { signal: abort.signal }, other);
    await turn();
    abort.abort();
    expect(await failure(call)).toMatchObject({ code: "CANCELLED", sent: "no" });
    peer.takeAll();
    await turn();
    expect(shapes(peer)).toEqual([1, 2, 3, 4, 5].map((id) => `REQUEST ${id}`));
  });

  it("stops a large request halfway", async () => {
    const owner = new TestOwner();
    const [peer, connection] = dial(owner);
    peer.stuck = true;
    const abort = new AbortController();
    const call = owner.call(connection, "x".repeat(2_000 * KiB), { signal: abort.signal });
    await turn();
    abort.abort();
    expect((await failure(call)).sent).toBe("maybe");
    peer.takeAll();
    await turn();
    expect(shapes(peer).length).toBeLessThan(8);
    expect(shapes(peer).at(-1)).toBe("CANCEL 1");
  });
});

describe("large requests", () => {
  it("that start behind later calls take a later id, and their method a later index", async () => {
    const owner = new TestOwner();
    const [peer, connection] = dial(owner);
    const large = owner.call(connection, "x".repeat(150 * KiB), undefined, other);
    const small = owner.call(connection, "small");
    const again = owner.call(connection, "again", undefined, other);
    await turn();
    expect(shapes(peer)).toEqual(["REQUEST 2", "REQUEST 3", "REQUEST+MORE 4", "MESSAGE+MORE 4", "MESSAGE 4"]);
    // say is 0; other appeared in 3 and again in 4: 1 and 2.
    void owner.call(connection, "", undefined, other);
    void owner.call(connection, "");
    await turn();
    expect(
      peer
        .frames()
        .slice(5)
        .map(({ payload }) => payload),
    ).toEqual(["050000", "010000"]);
    for (const id of [2, 3, 4]) peer.send(frame(Kind.RESPONSE, id, response(`to ${id}`)));
    expect(await Promise.all([small, again, large])).toEqual(["to 2", "to 3", "to 4"]);
  });

  it("alone keep their id", async () => {
    const owner = new TestOwner();
    const [peer, connection] = dial(owner);
    void owner.call(connection, "x".repeat(150 * KiB));
    await turn();
    expect(shapes(peer)).toEqual(["REQUEST+MORE 1", "MESSAGE+MORE 1", "MESSAGE 1"]);
  });

  it("are ended by an answer that comes before their last piece", async () => {
    const owner = new TestOwner();
    const [peer, connection] = dial(owner);
    peer.stuck = true;
    const call = owner.call(connection, "x".repeat(2_000 * KiB));
    await turn();
    peer.send(frame(Kind.RESPONSE, 1, "080000" + "0466756c6c" + "00"));
    expect((await failure(call)).code).toBe("RESOURCE_EXHAUSTED");
    peer.takeAll();
    await turn();
    expect(shapes(peer).length).toBeLessThan(8);
  });
});

describe("answers in pieces", () => {
  const whole = response("x".repeat(1_000));

  it("are put together, others between their pieces", async () => {
    const owner = new TestOwner();
    const [peer, connection] = dial(owner);
    const [large, small] = [owner.call(connection, ""), owner.call(connection, "")];
    peer.send(
      frame(Kind.RESPONSE | Flag.MORE, 1, whole.subarray(0, 1)),
      frame(Kind.RESPONSE, 2, response("small")),
      frame(Kind.MESSAGE | Flag.MORE, 1, whole.subarray(1, 900)),
      frame(Kind.MESSAGE, 1, whole.subarray(900)),
    );
    expect(await small).toBe("small");
    expect(await large).toBe("x".repeat(1_000));
  });

  it("may be abandoned for an error, and give their memory back", async () => {
    const owner = new TestOwner();
    const [peer, connection] = dial(owner, { maxReassemblyBytes: 1024 * KiB, maxMessageBytes: 1024 * KiB });
    for (let id = 1; id <= 20; id++) {
      const call = owner.call(connection, "");
      for (let i = 0; i < 10; i++) {
        const kind = i === 0 ? Kind.RESPONSE : Kind.MESSAGE;
        peer.send(frame(kind | Flag.MORE, id, Buffer.alloc(60 * KiB)));
      }
      peer.send(frame(Kind.RESPONSE, id, "0a0000" + "0464726f70" + "00"));
      expect(await failure(call)).toMatchObject({ code: "ABORTED", rawMessage: "drop" });
    }
  });

  it("of exactly the largest message arrive, their trailers beside them", async () => {
    const owner = new TestOwner();
    const limit = 1024 * KiB;
    const [peer, connection] = dial(owner, { maxMessageBytes: limit, maxReassemblyBytes: limit });
    const call = owner.call(connection, "");
    const trailers = Buffer.concat([Buffer.of(1, 0x74, 0x80, 0x7d), Buffer.alloc(16_000, "v")]);
    const payload = Buffer.concat([Buffer.of(0, 0x84, 0x7d), trailers, body("x".repeat(limit - 4))]);
    for (let pos = 0; pos < payload.length; pos += 64 * KiB) {
      const more = pos + 64 * KiB < payload.length ? Flag.MORE : 0;
      peer.send(
        frame((pos === 0 ? Kind.RESPONSE : Kind.MESSAGE) | more, 1, payload.subarray(pos, pos + 64 * KiB)),
      );
    }
    expect(await call).toHaveLength(limit - 4);
  });

  it("over the limit fail their call, which is cancelled", async () => {
    const owner = new TestOwner();
    const [peer, connection] = dial(owner, { maxMessageBytes: 1024 * KiB });
    const call = owner.call(connection, "");
    await turn();
    for (let i = 0; i < 20; i++) {
      peer.send(frame((i === 0 ? Kind.RESPONSE : Kind.MESSAGE) | Flag.MORE, 1, Buffer.alloc(64 * KiB)));
    }
    const error = await failure(call);
    expect(error).toMatchObject({ code: "RESOURCE_EXHAUSTED", sent: "yes" });
    expect(error.message).toContain("1048576 bytes (option maxMessageBytes)");
    await turn();
    expect(shapes(peer)).toEqual(["REQUEST 1", "CANCEL 1"]);
  });
});

describe("an answer in one frame", () => {
  it("is no larger than a message may be either", async () => {
    const owner = new TestOwner();
    const [peer, connection] = dial(owner, { maxMessageBytes: 1024 * KiB, maxFrameBytes: 4096 * KiB });
    const [over, exact] = [owner.call(connection, ""), owner.call(connection, "")];
    peer.send(frame(Kind.RESPONSE, 1, response("x".repeat(1024 * KiB - 3))));
    peer.send(frame(Kind.RESPONSE, 2, response("x".repeat(1024 * KiB - 4))));
    expect(await failure(over)).toMatchObject({ code: "RESOURCE_EXHAUSTED", sent: "yes" });
    expect(await exact).toHaveLength(1024 * KiB - 4);
  });
});

describe("an answer that is none", () => {
  it.each([
    ["empty", ""],
    ["cut off in its trailers", "0005"],
    ["an error cut off", "0500"],
    ["a body of another type", "00000aff"],
  ])("fails its call alone: %s", async (_what, payload) => {
    const owner = new TestOwner();
    const [peer, connection] = dial(owner);
    const [broken, good] = [owner.call(connection, ""), owner.call(connection, "")];
    peer.send(frame(Kind.RESPONSE, 1, payload), frame(Kind.RESPONSE, 2, response("good")));
    expect(await failure(broken)).toMatchObject({ code: "INTERNAL", sent: "yes" });
    expect(await good).toBe("good");
  });

  it("costs nothing where nobody waits for it", async () => {
    const owner = new TestOwner();
    const [peer, connection] = dial(owner);
    const call = owner.call(connection, "");
    peer.send(
      frame(Kind.RESPONSE, 99, response("")),
      frame(Kind.MESSAGE, 98, "00"),
      frame(Kind.RESPONSE, 1, response("yes")),
    );
    expect(await call).toBe("yes");
    peer.send(frame(Kind.RESPONSE, 1, response("twice")));
    await turn();
    expect(owner.events).toEqual([]);
  });

  it.each([
    ["a request", frame(Kind.REQUEST, 1)],
    ["an unknown kind", frame(15, 1)],
    ["a short GOAWAY", frame(Kind.GOAWAY, 0, "000001")],
    ["a frame over the limit", frame(Kind.RESPONSE, 1, Buffer.alloc(128 * KiB + 1))],
    [
      "a second answer begun",
      Buffer.concat([frame(Kind.RESPONSE | Flag.MORE, 1, "00"), frame(Kind.RESPONSE | Flag.MORE, 1, "00")]),
    ],
  ])("costs the connection where it is %s", async (_what, bytes) => {
    const owner = new TestOwner();
    const [peer, connection] = dial(owner);
    const call = owner.call(connection, "");
    await turn();
    peer.send(bytes, bytes);
    const error = await failure(call);
    expect(error).toMatchObject({ code: "UNAVAILABLE", sent: "maybe" });
    expect(error.message).toContain("broke the protocol");
    expect(owner.events).toHaveLength(1);
    expect(peer.destroyed).toBe(true);
    expect(connection.isOpen).toBe(false);
  });
});

describe("GOAWAY", () => {
  it("gives back what the server will not run, and lets the rest finish", async () => {
    const owner = new TestOwner();
    const [peer, connection] = dial(owner);
    const calls = [1, 2, 3].map(() => owner.call(connection, ""));
    await turn();
    peer.send(frame(Kind.GOAWAY, 0, goaway(1, 14, "the server is closing")));
    await turn();
    expect(owner.returned).toHaveLength(2);
    expect(connection.isOpen).toBe(false);
    expect(peer.writableEnded).toBe(false);
    peer.send(frame(Kind.RESPONSE, 1, response("done")));
    expect(await calls[0]).toBe("done");
    await turn();
    expect(peer.writableFinished).toBe(true);
    peer.push(null);
    await turn();
    expect(owner.events).toEqual([
      "going away",
      "closed: the connection was lost: the server closed it (UNAVAILABLE: the server is closing)",
    ]);
  });

  it("gives back a large request that has not begun, whatever calls went out since", async () => {
    const owner = new TestOwner();
    const [peer, connection] = dial(owner);
    peer.stuck = true;
    for (let i = 0; i < 5; i++) void owner.call(connection, "x".repeat(60 * KiB));
    await turn();
    void owner.call(connection, "x".repeat(200 * KiB));
    void owner.call(connection, "later");
    await turn();
    peer.send(frame(Kind.GOAWAY, 0, goaway(7, 14, "")));
    await turn();
    expect(owner.returned.map(({ request: value }) => String(value).length)).toEqual([200 * KiB]);
    peer.takeAll();
    await turn();
    expect(peer.frames().every(({ payload }) => payload.length / 2 < 62 * KiB)).toBe(true);
  });

  it("does not let a returned call be answered here", async () => {
    const owner = new TestOwner();
    const [peer, connection] = dial(owner);
    void owner.call(connection, "");
    await turn();
    peer.send(
      frame(Kind.RESPONSE | Flag.MORE, 1, "00"),
      frame(Kind.GOAWAY, 0, goaway(0, 14, "")),
      frame(Kind.MESSAGE, 1, "00"),
    );
    await turn();
    expect(owner.returned[0]!.settled).toBe(false);
  });

  it("compares ids through their wrap", async () => {
    const owner = new TestOwner();
    const [peer, connection] = dial(owner, {}, {}, new CallIds(0xffff_fffd));
    const calls = ["a", "b", "c"].map((value) => owner.call(connection, value));
    await turn();
    expect(shapes(peer)).toEqual([`REQUEST ${0xffff_fffe}`, `REQUEST ${0xffff_ffff}`, "REQUEST 1"]);
    peer.send(frame(Kind.GOAWAY, 0, goaway(0xffff_ffff, 14, "")));
    for (const id of [0xffff_fffe, 0xffff_ffff]) peer.send(frame(Kind.RESPONSE, id, response(`to ${id}`)));
    expect(await Promise.all(calls.slice(0, 2))).toEqual([`to ${0xffff_fffe}`, `to ${0xffff_ffff}`]);
    expect(owner.returned.map(({ request: value }) => value)).toEqual(["c"]);
  });
});

describe("a lost connection", () => {
  it("fails its calls at once and says which the server can have seen", async () => {
    const owner = new TestOwner();
    const [peer, connection] = dial(owner);
    const seen = owner.call(connection, "");
    await turn();
    peer.stuck = true;
    const unseen = owner.call(connection, "");
    const large = owner.call(connection, "x".repeat(200 * KiB));
    peer.destroy(new Error("ECONNRESET"));
    await new Promise((resolve) => peer.once("close", resolve));
    expect(await failure(seen)).toMatchObject({ code: "UNAVAILABLE", sent: "maybe" });
    expect(await failure(unseen)).toMatchObject({ code: "UNAVAILABLE", sent: "no" });
    expect(await failure(large)).toMatchObject({ code: "UNAVAILABLE", sent: "no" });
    expect((await failure(seen)).message).toContain("/test.Echo/Say at test");
    expect((await failure(seen)).message).toContain("ECONNRESET");
    expect(owner.events).toHaveLength(1);
    await turn();
    expect(peer.writableLength).toBe(0);
  });

  it("of which a large request had not begun was not sent, however much else was", async () => {
    const owner = new TestOwner();
    const [peer, connection] = dial(owner);
    peer.stuck = true;
    for (let i = 0; i < 5; i++) void owner.call(connection, "x".repeat(60 * KiB));
    await turn();
    const large = owner.call(connection, "x".repeat(200 * KiB));
    await turn();
    connection.destroy(new RpcError("UNAVAILABLE", "the test ends"));
    expect((await failure(large)).sent).toBe("no");
  });

  it("takes no more calls", () => {
    const owner = new TestOwner();
    const [, connection] = dial(owner);
    connection.destroy(new RpcError("UNAVAILABLE", "the test ends"));
    void owner.call(connection, "");
    expect(owner.refused).toHaveLength(1);
  });

  it("was drained: closes when idle, and after a second where the server does not", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const owner = new TestOwner();
      const [peer, connection] = dial(owner);
      const call = owner.call(connection, "");
      await turn();
      connection.drain();
      expect(peer.writableEnded).toBe(false);
      peer.send(frame(Kind.RESPONSE, 1, response("")));
      await call;
      await turn();
      expect(peer.writableFinished).toBe(true);
      expect(owner.events).toEqual([]);
      await vi.advanceTimersByTimeAsync(1_000);
      expect(owner.events).toEqual([expect.stringContaining("did not close it in time")]);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
