import { describe, expect, it } from "vitest";
import { now } from "../../../clock.ts";
import { RpcError } from "../../../errors.ts";
import { Metadata } from "../../../metadata.ts";
import { boundOf } from "../../bound.ts";
import { type Bound, noBound } from "../../server-call.ts";
import { Echo } from "../connection.fixture.ts";
import { type CallOwner, MuxServerCall } from "./server-call.ts";

const route = { method: Echo.methods.say, run: () => {} };

/** A call whose owner writes down what it hears. */
function take(bound: Bound = noBound, metadata?: Metadata): { call: MuxServerCall; heard: string[] } {
  const heard: string[] = [];
  const owner: CallOwner = {
    writeAnswer: (_call, value) => heard.push(`answer ${String(value)}`) > 0,
    writeError: (_call, error) => heard.push(`error ${error.code}: ${error.message}`),
    onReleased: () => heard.push("released"),
    sendAll: (_call, _values, events) => (heard.push("values"), events.onEnd()),
    explainUnsendable: (_call, error) => new RpcError("INTERNAL", error.message),
  };
  const call = new MuxServerCall(
    owner,
    1,
    route,
    { address: "tcp://c:1", protocol: "mux/1" },
    now(),
    bound,
    metadata,
  );
  return { call, heard };
}

describe("a call on the server", () => {
  it("is answered once", () => {
    const { call, heard } = take();
    call.answer("a");
    call.answer("b");
    call.refuse(new RpcError("ABORTED", "c"));
    call.release();
    expect(heard).toEqual(["answer a", "released"]);
  });

  it("that was cancelled is not answered, and tells its handler, sooner or later", () => {
    const { call, heard } = take();
    const early = call.signal;
    expect(early.aborted).toBe(false);
    call.cancel(new RpcError("CANCELLED", "the caller cancelled"));
    expect(early.reason).toMatchObject({ code: "CANCELLED", message: "the caller cancelled" });
    call.answer("a");
    call.refuse(new RpcError("ABORTED", ""));
    expect(heard).toEqual([]);

    const late = take().call;
    late.cancel(new RpcError("CANCELLED", "the caller cancelled"));
    expect(late.abortReason).toMatchObject({ code: "CANCELLED" });
    expect(late.signal.aborted).toBe(true);
    expect(late.signal.reason).toMatchObject({ code: "CANCELLED" });
  });

  it("keeps its first reason to end", () => {
    const { call } = take();
    call.abort(new RpcError("CANCELLED", "first"));
    call.abort(new RpcError("UNAVAILABLE", "second"));
    expect(call.signal.reason).toMatchObject({ message: "first" });
  });

  it("that expires is answered, and its handler told", () => {
    const { call, heard } = take({ ms: 5, name: "the caller's timeout" });
    call.entered = true;
    call.expire();
    const text = "the caller's timeout of 5 ms ran out in the handler";
    expect(heard).toEqual([`error DEADLINE_EXCEEDED: ${text}`]);
    expect(call.signal.reason).toMatchObject({ code: "DEADLINE_EXCEEDED", message: text });
  });

  it.each([
    ["answered", (call: MuxServerCall) => call.answer("")],
    ["refused", (call: MuxServerCall) => call.refuse(new RpcError("ABORTED", ""))],
    ["cancelled", (call: MuxServerCall) => call.cancel(new RpcError("CANCELLED"))],
    ["expired", (call: MuxServerCall) => call.expire()],
  ])("that was %s waits for no deadline any more", (_what, end) => {
    const { call } = take({ ms: 60_000, name: "the caller's timeout" });
    call.watchDeadline();
    expect(call.bucket).toBeDefined();
    end(call);
    expect(call.bucket).toBeUndefined();
  });

  it("knows what is left of its time", () => {
    expect(take().call.timeRemaining()).toBe(Infinity);
    const { call } = take({ ms: 1_000, name: "the caller's timeout" });
    expect(call.timeRemaining()).toBeGreaterThan(900);
    expect(call.timeRemaining()).toBeLessThanOrEqual(1_000);
    expect(take({ ms: -5, name: "the caller's timeout" }).call.timeRemaining()).toBe(0);
  });

  it("has metadata and trailers of its own, made when looked at", () => {
    const { call } = take();
    expect(call.sentTrailers).toBeUndefined();
    expect(call.metadata.size).toBe(0);
    expect(call.metadata).toBe(call.metadata);
    call.trailers.append("a", "b");
    expect(call.sentTrailers?.get("a")).toBe("b");
    const given = new Metadata();
    expect(take(noBound, given).call.metadata).toBe(given);
  });
});

describe("the bound of a call", () => {
  it.each([
    ["nothing", 0, undefined, 0, Infinity, Infinity, "no bound"],
    ["the caller's remaining time", 5, 10, 10, 10, 5, "the caller's timeout"],
    ["the method's own", 10, 5, 10, 10, 5, "the method's @timeout"],
    ["what the client asked for", 10, 10, 5, 10, 5, "the handle timeout that the client asked for"],
    ["the server's own", 10, 10, 10, 5, 5, "the server's handleTimeout"],
    ["the caller's, where all are the same", 5, 5, 5, 5, 5, "the caller's timeout"],
    [
      "the longest that a timer can wait",
      0x7fff_ffff,
      undefined,
      0,
      Infinity,
      0x7fff_ffff,
      "the caller's timeout",
    ],
    ["nothing, where it is longer than any timer", 0x8000_0000, undefined, 0, Infinity, Infinity, "no bound"],
  ])("is %s", (_what, remaining, method, asked, server, ms, name) => {
    expect(boundOf(remaining, method, asked, server)).toEqual({ ms, name });
  });
});
