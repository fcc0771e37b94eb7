import { describe, expect, it } from "vitest";
import { RpcError, statusCode, statusNumbers, type StatusCode } from "./errors.ts";

describe("status codes", () => {
  it("have gRPC's numbers, both ways", () => {
    const codes = Object.keys(statusNumbers).slice(1) as StatusCode[];
    expect(codes).toHaveLength(16);
    expect(codes.map((code) => statusCode(statusNumbers[code]))).toEqual(codes);
    expect([0, 17, 1e9].map(statusCode)).toEqual(["UNKNOWN", "UNKNOWN", "UNKNOWN"]);
  });
});

describe("an RpcError", () => {
  it("puts what was called before its message, and keeps both", () => {
    const cause = new Error("why");
    const error = new RpcError("NOT_FOUND", "no such order", {
      prefix: "/a/B at tcp://c:1",
      sent: "yes",
      cause,
    });
    expect(error).toMatchObject({
      message: "/a/B at tcp://c:1: no such order",
      rawMessage: "no such order",
      code: "NOT_FOUND",
      sent: "yes",
      cause,
    });
  });

  it.each(["OK", "NOPE", "toString", undefined, 5])("is none with the code %s", (code) => {
    expect(() => new RpcError(code as StatusCode, "")).toThrow(TypeError);
  });

  it("has a text, whatever JavaScript hands it for one", () => {
    expect(new RpcError("ABORTED").rawMessage).toBe("");
    expect(new RpcError("ABORTED", new Error("x") as unknown as string).rawMessage).toBe("Error: x");
  });
});
