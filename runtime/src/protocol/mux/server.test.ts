import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RpcError } from "../../errors.ts";
import { heldBytes } from "../../held-bytes.fixture.ts";
import type { ServerCall } from "../server-call.ts";
import { body, defaultOption, echo, Echo, request, serve, TestHost } from "./connection.fixture.ts";
import { Flag, Kind } from "./frames/frame.ts";
import { frame, type ScriptedPeer, turn } from "./scripted-peer.fixture.ts";

const { say, other } = Echo.methods;
const KiB = 1024;

/** `RESPONSE 1`: kind and id of each frame written. */
function shapes(peer: ScriptedPeer): string[] {
  return peer.frames().map(({ kind, id }) => `${kind} ${id}`);
}

/** The text of a frame's payload, as far as it is text. */
function texts(peer: ScriptedPeer): string[] {
  return peer.frames().map(({ payload }) => Buffer.from(payload, "hex").toString("latin1"));
}

/** Keeps its calls for the test to answer. */
function holding(): [ServerCall[], (call: ServerCall) => void] {
  const calls: ServerCall[] = [];
  return [calls, (call) => calls.push(call)];
}

function answer(call: ServerCall, value: string): void {
  call.answer(value);
  call.release();
}

describe("a call", () => {
  it("goes by path, then by index", async () => {
    const [peer] = serve(new TestHost().on(say, echo).on(other, echo));
    peer.send(
      frame(Kind.REQUEST, 1, request(say.path, "a")),
      frame(Kind.REQUEST, 2, request(other.path, "b")),
      frame(Kind.REQUEST, 3, request(0, "c")),
      frame(Kind.REQUEST, 4, request(1, "d")),
    );
    await turn();
    expect(peer.frames().map(({ id, payload }) => [id, payload])).toEqual(
      ["a", "b", "c", "d"].map((value, i) => [i + 1, `0000${body(value).toString("hex")}`]),
    );
  });

  it("answers out of order", async () => {
    const [calls, hold] = holding();
    const [peer] = serve(new TestHost().on(say, hold));
    peer.send(frame(Kind.REQUEST, 1, request(say.path, "a")), frame(Kind.REQUEST, 2, request(0, "b")));
    await turn();
    answer(calls[1]!, "second");
    answer(calls[0]!, "first");
    await turn();
    expect(shapes(peer)).toEqual(["RESPONSE 2", "RESPONSE 1"]);
  });

  it("of an unknown method costs only itself, and its index stays its own", async () => {
    const [peer] = serve(new TestHost().on(say, echo));
    peer.send(
      frame(Kind.REQUEST, 1, request("/no.Such/Method", "")),
      frame(Kind.REQUEST, 2, request(say.path, "a")),
      frame(Kind.REQUEST, 3, request(0, "")),
      frame(Kind.REQUEST, 4, request(1, "b")),
    );
    await turn();
    expect(shapes(peer)).toEqual(["RESPONSE+NOT_RUN 1", "RESPONSE 2", "RESPONSE+NOT_RUN 3", "RESPONSE 4"]);
    expect(texts(peer)[0]).toContain("nothing is registered under /no.Such/Method");
  });

  it("of a method that was registered after its first call is found by its index too", async () => {
    const host = new TestHost();
    const [peer] = serve(host);
    peer.send(frame(Kind.REQUEST, 1, request(say.path, "a")));
    await turn();
    host.on(say, echo);
    peer.send(frame(Kind.REQUEST, 2, request(0, "a")));
    await turn();
    expect(shapes(peer)).toEqual(["RESPONSE+NOT_RUN 1", "RESPONSE 2"]);
  });

  it("refused at first appearance leaves its method known", async () => {
    const [calls, hold] = holding();
    const [peer] = serve(new TestHost({ maxConcurrentCalls: 64 }).on(say, hold).on(other, echo));
    for (let id = 1; id <= 64; id++) peer.send(frame(Kind.REQUEST, id, request(say.path, "")));
    peer.send(frame(Kind.REQUEST, 65, request(other.path, "a")));
    await turn();
    expect(shapes(peer)).toEqual(["RESPONSE+NOT_RUN 65"]);
    expect(texts(peer)[0]).toContain("maxConcurrentCalls");
    answer(calls[0]!, "");
    peer.send(frame(Kind.REQUEST, 66, request(64, "b")));
    await turn();
    expect(shapes(peer).slice(1)).toEqual(["RESPONSE 1", "RESPONSE 66"]);
  });

  it("whose body does not decode is refused and not run", async () => {
    const run = vi.fn();
    const [peer] = serve(new TestHost().on(say, run));
    const payload = Buffer.concat([request(say.path, ""), Buffer.of(10, 200)]);
    peer.send(frame(Kind.REQUEST, 1, payload), frame(Kind.PING, 0, Buffer.alloc(8)));
    await turn();
    expect(shapes(peer)).toEqual(["RESPONSE+NOT_RUN 1", "PONG 0"]);
    expect(run).not.toHaveBeenCalled();
  });

  it("is answered once, whatever its handler does", async () => {
    const [peer] = serve(
      new TestHost().on(say, (call) => {
        call.answer("first");
        call.answer("second");
        call.refuse(new RpcError("ABORTED", "third"));
        call.release();
      }),
    );
    peer.send(frame(Kind.REQUEST, 1, request(say.path, "")));
    await turn();
    expect(shapes(peer)).toEqual(["RESPONSE 1"]);
  });

  it("frees its id with its answer", async () => {
    const [peer] = serve(new TestHost().on(say, echo));
    peer.send(frame(Kind.REQUEST, 9, request(say.path, "a")));
    peer.send(frame(Kind.REQUEST, 9, request(0, "b")));
    await turn();
    expect(shapes(peer)).toEqual(["RESPONSE 9", "RESPONSE 9"]);
  });
});

describe("the server's load", () => {
  it("goes out in front of an answer, once for each value on each connection", async () => {
    const [calls, hold] = holding();
    const host = new TestHost().on(say, hold);
    const [peer] = serve(host);
    const [second] = serve(host);
    for (let id = 1; id <= 4; id++) peer.send(frame(Kind.REQUEST, id, request(say.path, "")));
    second.send(frame(Kind.REQUEST, 1, request(say.path, "")));
    await turn();
    answer(calls[0]!, "");
    host.load.period = 1;
    host.load.thousandths = 300;
    await turn();
    expect(shapes(peer)).toEqual(["RESPONSE 1"]);
    answer(calls[1]!, "");
    calls[2]!.refuse(new RpcError("ABORTED", ""));
    host.load.period = 2;
    answer(calls[3]!, "");
    answer(calls[4]!, "");
    await turn();
    expect(shapes(peer).slice(1)).toEqual(["LOAD 0", "RESPONSE 2", "RESPONSE 3", "LOAD 0", "RESPONSE 4"]);
    expect(peer.frames()[1]?.payload).toBe("ac02");
    expect(shapes(second)).toEqual(["LOAD 0", "RESPONSE 1"]);
  });
});

describe("cancelling", () => {
  it("aborts the handler, answers nothing, and keeps its place until it settles", async () => {
    const [calls, hold] = holding();
    const [peer] = serve(new TestHost({ maxConcurrentCalls: 64 }).on(say, hold));
    for (let id = 1; id <= 64; id++) peer.send(frame(Kind.REQUEST, id, request(say.path, "")));
    await turn();
    const { signal } = calls[0]!;
    peer.send(frame(Kind.CANCEL, 1), frame(Kind.REQUEST, 65, request(0, "")));
    await turn();
    expect((signal.reason as RpcError).code).toBe("CANCELLED");
    expect(shapes(peer)).toEqual(["RESPONSE+NOT_RUN 65"]);
    answer(calls[0]!, "late");
    peer.send(frame(Kind.REQUEST, 66, request(0, "")));
    await turn();
    expect(shapes(peer)).toEqual(["RESPONSE+NOT_RUN 65"]);
    expect(calls).toHaveLength(65);
  });

  it.each([
    ["nothing", "", "CANCELLED", "the caller cancelled"],
    ["DEADLINE_EXCEEDED", "04", "DEADLINE_EXCEEDED", "the caller's deadline has passed"],
    ["another code", "0d", "CANCELLED", "the caller cancelled"],
    ["an unknown code", "ff", "CANCELLED", "the caller cancelled"],
  ])("tells the handler why: %s", async (_, payload, code, message) => {
    const [calls, hold] = holding();
    const [peer] = serve(new TestHost().on(say, hold));
    peer.send(frame(Kind.REQUEST, 1, request(say.path, "")), frame(Kind.CANCEL, 1, payload));
    await turn();
    expect(calls[0]!.signal.reason).toMatchObject({ code, message });
  });

  it("a late answer does not go to the call that has the id now", async () => {
    const [calls, hold] = holding();
    const [peer] = serve(new TestHost().on(say, hold));
    peer.send(frame(Kind.REQUEST, 1, request(say.path, "")), frame(Kind.CANCEL, 1));
    peer.send(frame(Kind.REQUEST, 1, request(0, "")));
    await turn();
    answer(calls[0]!, "of the first");
    answer(calls[1]!, "of the second");
    await turn();
    expect(texts(peer)).toEqual([expect.stringContaining("of the second")]);
  });

  it("stops an answer that is going out in pieces", async () => {
    const [peer] = serve(new TestHost().on(say, (call) => answer(call, "x".repeat(900 * KiB))));
    peer.stuck = true;
    peer.send(frame(Kind.REQUEST, 1, request(say.path, "")));
    await turn();
    const begun = Buffer.concat(peer.writes).length;
    peer.send(frame(Kind.CANCEL, 1));
    await turn();
    peer.takeAll();
    await turn();
    expect(Buffer.concat(peer.writes).length).toBeLessThan(begun + 300 * KiB);
    expect(peer.frames().at(-1)!.kind).toContain("MORE");
  });

  it("nothing is cancelled by an id that is not in use", async () => {
    const [peer] = serve(new TestHost().on(say, echo));
    peer.send(frame(Kind.CANCEL, 77), frame(Kind.REQUEST, 1, request(say.path, "")));
    await turn();
    expect(shapes(peer)).toEqual(["RESPONSE 1"]);
  });
});

describe("a request in pieces", () => {
  const whole = request(say.path, "x".repeat(1_000));
  const pieces = [whole.subarray(0, 300), whole.subarray(300, 301), whole.subarray(301)] as const;

  it("is put together, other calls between its pieces", async () => {
    const [peer] = serve(new TestHost().on(say, echo));
    peer.send(
      frame(Kind.REQUEST | Flag.MORE, 1, pieces[0]),
      frame(Kind.REQUEST, 2, request(0, "small")),
      frame(Kind.MESSAGE | Flag.MORE, 1, pieces[1]),
      frame(Kind.MESSAGE | Flag.MORE, 1),
      frame(Kind.MESSAGE, 1, pieces[2]),
    );
    await turn();
    expect(shapes(peer)).toEqual(["RESPONSE 2", "RESPONSE 1"]);
    expect(texts(peer)[1]).toContain("x".repeat(1_000));
  });

  it("runs once, however long its handler then takes, and expires once", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const [calls, hold] = holding();
      const [peer] = serve(
        new TestHost().on(say, (call) => {
          hold(call);
          call.watchDeadline();
        }),
      );
      const payload = request(say.path, "x", 20);
      peer.send(frame(Kind.REQUEST | Flag.MORE, 1, payload.subarray(0, -1)));
      peer.send(frame(Kind.MESSAGE, 1, payload.subarray(-1)));
      await turn();
      expect(calls).toHaveLength(1);
      const until = performance.now() + 30;
      while (performance.now() < until) await turn();
      vi.runOnlyPendingTimers();
      await turn();
      expect(shapes(peer)).toEqual(["RESPONSE 1"]);
      expect(texts(peer)[0]).toContain("the caller's timeout of 20 ms ran out in the handler");
      calls[0]!.release();
    } finally {
      vi.useRealTimers();
    }
  });

  it("that is cancelled gives its memory and its place back", async () => {
    const [peer] = serve(new TestHost({ maxConcurrentCalls: 64 }).on(say, echo));
    for (let id = 1; id <= 200; id++) {
      peer.send(frame(Kind.REQUEST | Flag.MORE, id, request(say.path, "x".repeat(60 * KiB))));
      for (let i = 0; i < 4; i++) peer.send(frame(Kind.MESSAGE | Flag.MORE, id, Buffer.alloc(60 * KiB)));
      peer.send(frame(Kind.CANCEL, id));
    }
    await turn();
    expect(peer.frames()).toEqual([]);
  });

  it("larger than a message may be is refused, and what still comes of it is dropped", async () => {
    const [peer] = serve(new TestHost({ maxMessageBytes: 1024 * KiB }).on(say, echo));
    peer.send(frame(Kind.REQUEST | Flag.MORE, 1, request(say.path, "")));
    for (let i = 0; i < 20; i++) peer.send(frame(Kind.MESSAGE | Flag.MORE, 1, Buffer.alloc(60 * KiB)));
    peer.send(frame(Kind.MESSAGE, 1), frame(Kind.REQUEST, 2, request(0, "a")));
    await turn();
    expect(shapes(peer)).toEqual(["RESPONSE+NOT_RUN 1", "RESPONSE 2"]);
    expect(texts(peer)[0]).toContain("maxMessageBytes");
  });

  it("may be exactly as large as a message, beside its metadata", async () => {
    const [peer] = serve(new TestHost({ maxMessageBytes: 1024 * KiB }).on(say, echo), {
      ...defaultOption,
      accepts: { ...defaultOption.accepts, maxMessageBytes: 2048 * KiB },
    });
    const payload = request(say.path, "x".repeat(1024 * KiB - 4));
    for (let pos = 0; pos < payload.length; pos += 64 * KiB) {
      const more = pos + 64 * KiB < payload.length ? Flag.MORE : 0;
      peer.send(
        frame((pos === 0 ? Kind.REQUEST : Kind.MESSAGE) | more, 1, payload.subarray(pos, pos + 64 * KiB)),
      );
    }
    await turn();
    expect(peer.frames()[0]!.kind).toBe("RESPONSE+MORE");
  });

  it("that never ends shares the connection's bound with others", async () => {
    const [peer] = serve(new TestHost({ maxReassemblyBytes: 4096 * KiB }).on(say, echo));
    for (let id = 1; id <= 80; id++) {
      peer.send(frame(Kind.REQUEST | Flag.MORE, id, request(say.path, "x".repeat(60 * KiB))));
    }
    await turn();
    expect(shapes(peer)).toEqual(Array.from({ length: 12 }, (_, i) => `RESPONSE+NOT_RUN ${69 + i}`));
    expect(texts(peer)[0]).toContain("maxReassemblyBytes");
  });

  it("of empty or tiny pieces takes no more memory than its bytes", async () => {
    const [peer] = serve(new TestHost().on(say, echo));
    peer.send(frame(Kind.REQUEST | Flag.MORE, 1, request(say.path, "")));
    await turn();
    const empty = Buffer.concat(Array.from({ length: 1_000 }, () => frame(Kind.MESSAGE | Flag.MORE, 1)));
    const tiny = Buffer.concat(Array.from({ length: 1_000 }, () => frame(Kind.MESSAGE | Flag.MORE, 1, "00")));
    const before = await heldBytes();
    for (let i = 0; i < 300; i++) peer.send(empty, tiny);
    peer.send(frame(Kind.REQUEST, 2, request(0, "the end")));
    await vi.waitUntil(() => peer.writes.length > 0, { timeout: 20_000 });
    expect(shapes(peer)).toEqual(["RESPONSE 2"]);
    expect((await heldBytes()) - before).toBeLessThan(2048 * KiB);
  });
});

describe("a peer that does not read", () => {
  const large = "x".repeat(300 * KiB);

  it("gets no more answers than the bound, and its calls are not read meanwhile", async () => {
    const run = vi.fn((call: ServerCall) => answer(call, large));
    const [peer] = serve(new TestHost().on(say, run));
    peer.stuck = true;
    for (let id = 1; id <= 20; id++) peer.send(frame(Kind.REQUEST, id, request(say.path, "")));
    await turn();
    expect(run.mock.calls.length).toBeLessThan(6);
    expect(peer.isPaused()).toBe(true);
  });

  it("gets all of them in the end, whatever came in which chunk", async () => {
    const [peer] = serve(new TestHost().on(say, (call) => answer(call, large)));
    peer.stuck = true;
    const requests = Array.from({ length: 60 }, (_, i) => frame(Kind.REQUEST, i + 1, request(say.path, "")));
    for (let i = 0; i < 60; i += 20) peer.send(...requests.slice(i, i + 20));
    await turn();
    while (peer.writableLength > 0) {
      peer.takeOne();
      await turn();
    }
    const answered = peer.frames().filter(({ kind }) => kind.startsWith("RESPONSE"));
    expect(answered.map(({ id }) => id).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 60 }, (_, i) => i + 1),
    );
  });

  it("is read no further from the handshake's own chunk either", async () => {
    const host = new TestHost().on(say, (call) => answer(call, large));
    const requests = Array.from({ length: 20 }, (_, i) => frame(Kind.REQUEST, i + 1, request(say.path, "")));
    const { MuxServerConnection } = await import("./server.ts");
    const { ScriptedPeer } = await import("./scripted-peer.fixture.ts");
    const { protoCodec } = await import("../../codec/proto.ts");
    const peer = new ScriptedPeer();
    peer.stuck = true;
    new MuxServerConnection(peer, { address: "test" }, host, protoCodec, defaultOption).start(
      Buffer.concat(requests.slice(0, 10)),
    );
    peer.send(...requests.slice(10));
    await turn();
    while (peer.writableLength > 0) {
      peer.takeOne();
      await turn();
    }
    const answered = peer.frames().filter(({ kind }) => kind.startsWith("RESPONSE"));
    expect(answered).toHaveLength(20);
  });

  it.each([
    ["refusals", () => frame(Kind.REQUEST, 1, request(`/no.Such/${"x".repeat(1_000)}`, ""))],
    ["handlers' errors", () => frame(Kind.REQUEST, 1, request(say.path, ""))],
  ])("does not make the server pile up %s", async (_what, next) => {
    const host = new TestHost().on(say, (call) => {
      call.refuse(new RpcError("ABORTED", "x".repeat(1_000)));
      call.release();
    });
    const [peer] = serve(host);
    peer.stuck = true;
    const chunk = Buffer.concat(Array.from({ length: 100 }, next));
    for (let i = 0; i < 40; i++) {
      peer.send(chunk);
      await turn();
    }
    expect(peer.writableLength).toBeLessThan(1400 * KiB);
    expect(peer.isPaused()).toBe(true);
    while (peer.writableLength > 0) {
      peer.takeOne();
      await turn();
    }
    expect(peer.frames()).toHaveLength(4_000);
  });

  it("does not make the server keep its answers longer than their calls may take", async () => {
    const calls: ServerCall[] = [];
    const [peer] = serve(new TestHost().on(say, (call) => void calls.push(call)));
    peer.stuck = true;
    for (let id = 1; id <= 20; id++) peer.send(frame(Kind.REQUEST, id, request(say.path, "", 40)));
    await turn();
    for (const call of calls) answer(call, large);
    await vi.waitUntil(() => calls.every((call, i) => i < 4 || call.abortReason !== undefined), 10_000);
    while (peer.writableLength > 0) {
      peer.takeOne();
      await turn();
    }
    const expired = texts(peer).filter((text) => text.includes("before the caller had read earlier answers"));
    expect(expired).toHaveLength(16);
    const answered = peer.frames().filter(({ kind }) => kind.startsWith("RESPONSE"));
    expect(answered).toHaveLength(20);
  });

  it("does not make the server pile up pongs", async () => {
    const [peer] = serve(new TestHost());
    peer.stuck = true;
    const pings = Buffer.concat(Array.from({ length: 10_000 }, () => frame(Kind.PING, 0, Buffer.alloc(8))));
    for (let i = 0; i < 40; i++) {
      peer.send(pings);
      await turn();
    }
    expect(peer.writableLength).toBeLessThan(1400 * KiB);
  });
});

/** What a server says before it ends a connection, and what the client answers. */
const goodbye = ["GOAWAY 0", "PING 0", "GOAWAY 0"];
const lastPong = frame(Kind.PONG, 0, "ff".repeat(8));

describe("draining", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("announces the last call taken, answers those taken, drops later ones and half-closes", async () => {
    const [calls, hold] = holding();
    const [peer, connection] = serve(new TestHost().on(say, hold));
    peer.send(frame(Kind.REQUEST, 1, request(say.path, "")), frame(Kind.REQUEST, 2, request(0, "")));
    await turn();
    let drained = false;
    void connection.drain("the server is closing").then(() => (drained = true));
    peer.send(frame(Kind.REQUEST, 3, request(0, "")), lastPong, frame(Kind.REQUEST, 4, request(0, "")));
    await turn();
    const [first, , second] = peer.frames();
    expect(first).toMatchObject({ kind: "GOAWAY", payload: expect.stringMatching(/^400000020e/) as string });
    expect(second).toMatchObject({ kind: "GOAWAY", payload: expect.stringMatching(/^000000030e/) as string });
    expect(calls).toHaveLength(3);
    answer(calls[2]!, "");
    answer(calls[1]!, "");
    await turn();
    expect(peer.writableEnded).toBe(false);
    answer(calls[0]!, "");
    await turn();
    expect(shapes(peer)).toEqual([...goodbye, "RESPONSE 3", "RESPONSE 2", "RESPONSE 1"]);
    expect(peer.writableFinished).toBe(true);
    expect(drained).toBe(false);
    peer.push(null);
    await turn();
    expect(drained).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("names the last call also where ids have wrapped", async () => {
    const [peer, connection] = serve(new TestHost().on(say, echo));
    const ids = [0x7fff_ffff, 0xffff_fffe, 0xffff_ffff, 1];
    for (const id of ids) peer.send(frame(Kind.REQUEST, id, request(say.path, "")));
    await turn();
    void connection.drain("the server is closing");
    await turn();
    peer.send(lastPong);
    await turn();
    expect(shapes(peer)).toEqual([...ids.map((id) => `RESPONSE ${id}`), ...goodbye]);
    expect(peer.frames().at(-1)!.payload).toMatch(/^00000001/);
    connection.destroy("test");
  });

  it("waits for an answer that the peer takes slowly, and then a second for its end", async () => {
    const [peer, connection] = serve(new TestHost().on(say, (call) => answer(call, "x".repeat(900 * KiB))));
    peer.stuck = true;
    peer.send(frame(Kind.REQUEST, 1, request(say.path, "")));
    await turn();
    void connection.drain("the server is closing");
    for (let i = 0; i < 5; i++) {
      await vi.advanceTimersByTimeAsync(700);
      peer.takeOne();
      await turn();
    }
    expect(peer.destroyed).toBe(false);
    peer.takeAll();
    await turn();
    const size = peer.frames().reduce((sum, { payload }) => sum + payload.length / 2, 0);
    expect(size).toBeGreaterThan(900 * KiB);
    await vi.advanceTimersByTimeAsync(999);
    expect(peer.destroyed).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(peer.destroyed).toBe(true);
  });

  it("goes on after a second where the client says nothing", async () => {
    const [peer, connection] = serve(new TestHost().on(say, echo));
    void connection.drain("the server is closing");
    await vi.advanceTimersByTimeAsync(999);
    peer.send(frame(Kind.REQUEST, 1, request(say.path, "")), frame(Kind.PONG, 0, "00".repeat(8)));
    await turn();
    expect(shapes(peer)).toEqual(["GOAWAY 0", "PING 0", "RESPONSE 1"]);
    await vi.advanceTimersByTimeAsync(1);
    await turn();
    expect(shapes(peer)).toEqual(["GOAWAY 0", "PING 0", "RESPONSE 1", "GOAWAY 0"]);
    expect(peer.writableFinished).toBe(true);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(peer.destroyed).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("ends at once where nothing runs, and says so once", async () => {
    const [peer, connection] = serve(new TestHost());
    const first = connection.drain("the server is closing");
    expect(connection.drain("the server is closing")).toBe(first);
    peer.send(lastPong);
    await turn();
    expect(shapes(peer)).toEqual(goodbye);
    peer.push(null);
    await first;
    await connection.drain("the server is closing");
  });

  it("does not wait for a call that was cancelled meanwhile", async () => {
    const [, hold] = holding();
    const [peer, connection] = serve(new TestHost().on(say, hold));
    peer.send(frame(Kind.REQUEST, 1, request(say.path, "")));
    await turn();
    void connection.drain("the server is closing");
    peer.send(lastPong, frame(Kind.CANCEL, 1));
    await turn();
    expect(peer.writableFinished).toBe(true);
    connection.destroy("test");
  });
});

describe("a broken frame", () => {
  it.each([
    ["an unknown kind", frame(15, 1), "kind 15 frame: this side does not know the kind"],
    ["a kind of the other direction", frame(Kind.RESPONSE, 1), "RESPONSE frame"],
    [
      "an index that was never given",
      frame(Kind.REQUEST, 1, request(5, "")),
      "method index 5 was never given",
    ],
    ["a path that is too long", frame(Kind.REQUEST, 1, request("/" + "x".repeat(1_024), "")), "1025 bytes"],
    ["a request that ends early", frame(Kind.REQUEST, 1, "05"), "REQUEST frame"],
    ["an empty request", frame(Kind.REQUEST, 1), "REQUEST frame"],
    ["a ping of the wrong length", frame(Kind.PING, 0, "00"), "a payload of 1 bytes, not 8"],
    ["a call id of 0", frame(Kind.REQUEST, 0, request(say.path, "")), "call id 0"],
    ["a frame over the limit", frame(Kind.MESSAGE, 1, Buffer.alloc(128 * KiB + 1)), "option maxFrameBytes"],
    [
      "metadata over the limit",
      frame(
        Kind.REQUEST,
        1,
        Buffer.concat([Buffer.of(2, 47, 0), Buffer.of(0x81, 0x80, 0x01), Buffer.alloc(16385)]),
      ),
      "option maxMetadataBytes",
    ],
  ])(
    "costs the connection, is answered with its reason and logged once: %s",
    async (_what, bytes, reason) => {
      const host = new TestHost().on(say, echo);
      const [peer, connection] = serve(host);
      peer.send(bytes, frame(Kind.REQUEST, 2, request(say.path, "never run")), bytes);
      await turn();
      expect(shapes(peer)).toEqual(["GOAWAY 0"]);
      expect(texts(peer)[0]).toContain(reason);
      expect(host.logged).toEqual([expect.stringContaining(reason)]);
      expect(peer.writableFinished).toBe(true);
      peer.push(null);
      await turn();
      expect(host.closed).toEqual([connection]);
    },
  );

  it("reuses an id that is in use", async () => {
    const [calls, hold] = holding();
    const [peer, connection] = serve(new TestHost().on(say, hold));
    peer.send(frame(Kind.REQUEST, 1, request(say.path, "")), frame(Kind.REQUEST, 1, request(0, "")));
    await turn();
    expect(calls).toHaveLength(1);
    expect(calls[0]!.signal.aborted).toBe(true);
    expect(texts(peer)[0]).toContain("call id 1 is in use");
    connection.destroy("test");
  });

  it("closes also towards a peer that does not read", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const [peer] = serve(new TestHost());
      peer.stuck = true;
      peer.send(frame(15, 1));
      await turn();
      await vi.advanceTimersByTimeAsync(1_000);
      expect(peer.destroyed).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  it("is not what a peer says of calls that are over, and flags that a kind has no use for", async () => {
    const [peer] = serve(new TestHost().on(say, echo));
    peer.send(
      frame(Kind.WINDOW, 1, "01"),
      frame(Kind.MESSAGE, 1, "00"),
      frame(Kind.PONG, 0, Buffer.alloc(8)),
      frame(Kind.GOAWAY, 0, "00000000"),
      frame(Kind.REQUEST | 0x90, 1, request(say.path, "")),
    );
    await turn();
    expect(shapes(peer)).toEqual(["RESPONSE 1"]);
  });
});

describe("a lost connection", () => {
  it("aborts what runs, and drops what is answered after", async () => {
    const [calls, hold] = holding();
    const host = new TestHost().on(say, hold);
    const [peer, connection] = serve(host);
    peer.send(frame(Kind.REQUEST, 1, request(say.path, "")));
    await turn();
    peer.destroy();
    await turn();
    expect(host.closed).toEqual([connection]);
    expect(calls[0]!.signal.aborted).toBe(true);
    answer(calls[0]!, "late");
    await turn();
    expect(peer.writes).toEqual([]);
  });

  it("lets go of the answers that it was writing", async () => {
    const [peer, connection] = serve(new TestHost().on(say, (call) => answer(call, "x".repeat(900 * KiB))));
    peer.stuck = true;
    peer.send(frame(Kind.REQUEST, 1, request(say.path, "")));
    await turn();
    connection.destroy("test");
    await turn();
    expect(Buffer.concat(peer.writes).length).toBeLessThan(400 * KiB);
    expect(peer.destroyed).toBe(true);
  });
});
