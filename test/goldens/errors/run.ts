import { equal, deepEqual } from "node:assert/strict";
import { RpcError, TypedError } from "@gorpc/runtime";
import {
  AllOptional,
  Bare,
  type GetError,
  Inherited,
  isGetError,
  isGetURLError,
  NotFound,
} from "./errors.gorpc.ts";

// Compiles only while each kind is handled: a new `throws` in the schema shows every switch that must think.
function exhaustive(error: GetError): string {
  switch (error.kind) {
    case "NotFound":
      return error.id;
    case "Bare":
      return "bare";
  }
}

// @ts-expect-error not every kind is handled
function incomplete(error: GetError): string {
  switch (error.kind) {
    case "NotFound":
      return error.id;
  }
}

const notFound = new NotFound({ id: "7", detail: { text: "gone" }, details: [] });
equal(exhaustive(notFound), "7");
equal(incomplete(new Bare()), undefined);

equal(notFound.message, "NotFound: There is no such thing.");
equal(notFound.name, "NotFound");
equal(notFound.code, "NOT_FOUND");
equal(notFound.hint, undefined);
equal(notFound instanceof RpcError && notFound instanceof TypedError && notFound instanceof Error, true);
equal(new NotFound({ id: "7", detail: { text: "" }, details: [] }, "no seven").message, "no seven");

const cause = new Error("cause");
const bare = new Bare({}, undefined, { cause });
deepEqual([bare.code, bare.message, bare.cause], ["UNKNOWN", "Bare", cause]);
deepEqual([new AllOptional().type, new AllOptional({ type: "x" }).type], [undefined, "x"]);
equal(new AllOptional().message, 'AllOptional: "Quoted", and with a \\ in it.');

const inherited = new Inherited({
  valueOf: "v",
  toLocaleString: [],
  propertyIsEnumerable: true,
  type: "t",
  then: "later",
  options: "o",
} as unknown as ConstructorParameters<typeof Inherited>[0]);
deepEqual(
  [inherited.valueOf, inherited.hasOwnProperty, inherited.__defineGetter__],
  ["v", undefined, undefined],
);

const errors = [notFound, bare, new AllOptional(), new Error("other"), "NotFound", undefined];
deepEqual(errors.map(isGetError), [true, true, false, false, false, false]);
deepEqual(errors.map(isGetURLError), [false, false, true, false, false, false]);
