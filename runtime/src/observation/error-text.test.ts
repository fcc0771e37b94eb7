import { describe, expect, it } from "vitest";
import { RpcError } from "../errors.ts";
import { nothing } from "../codec/wrapper.ts";
import { type AnyMethod, service, unary, type Unary } from "../schema/service.ts";
import { type FailedCall, nameOfError, stackOfError, textOfError } from "./error-text.ts";

const method: AnyMethod = service<object, { readonly get: Unary<undefined, undefined> }>("test.S", () => ({
  get: unary(
    "Get",
    () => nothing,
    () => nothing,
  ),
})).methods.get;

function failed(error: unknown): FailedCall {
  return { method, context: undefined, error };
}

describe("the text of an error", () => {
  it("is its own, without what was called", () => {
    expect(textOfError(failed(new RpcError("ABORTED", "why", { prefix: "/a/b at c" })))).toBe("why");
    expect(textOfError(failed(new Error("why")))).toBe("why");
  });

  it("is nobody's where no error was thrown", () => {
    expect(textOfError(failed("why"))).toBeUndefined();
    expect(stackOfError(failed("why"))).toBeUndefined();
    expect([nameOfError("why"), nameOfError(undefined)]).toEqual(["string", "undefined"]);
  });
});
