import type { JsonValue } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromJson, toJson } from "../../runtime/src/codec/json.ts";
import { decodeBody, encodeBody } from "../../runtime/src/codec/proto.ts";
import { bodies } from "./bodies.ts";
import { check } from "./check.ts";
import { protobufEsType, protobufjsType } from "./peers.ts";
import { protobufJson, valueOf } from "./values.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** Whether protobuf's JSON leaves a field of this value out. */
function isZero(json: JsonValue): boolean {
  if (typeof json === "object") return json === null || Object.keys(json).length === 0;
  return [0, "0", false, "", "NONE"].includes(json);
}

describe.each(bodies)("$message", ({ message, body, type, inside }) => {
  const values = valueOf(type);
  const es = protobufEsType(message);

  for (const peer of [es, protobufjsType(message)]) {
    it(`has the bytes that ${peer.library} writes, and is read from them`, () => {
      check(
        fc.property(values, (value) => {
          const theirs = peer.encode(type, value, inside);
          expect(hex(encodeBody(body, value))).toBe(hex(theirs));
          expect(decodeBody(body, theirs)).toStrictEqual(value);
        }),
        40,
      );
    });

    it(`is understood by ${peer.library}`, () => {
      check(
        fc.property(values, (value) => {
          const ours = encodeBody(body, value);
          expect(hex(peer.again(ours))).toBe(hex(ours));
        }),
        20,
      );
    });
  }

  it("merges what comes twice as @bufbuild/protobuf does", () => {
    check(
      fc.property(values, values, (one, other) => {
        const twice = Buffer.concat([encodeBody(body, one), encodeBody(body, other)]);
        // Once more through theirs: objects and Maps order their keys differently.
        expect(hex(es.again(encodeBody(body, decodeBody(body, twice))))).toBe(hex(es.again(twice)));
      }),
      30,
    );
  });

  it("is the JSON of @bufbuild/protobuf, in both directions", () => {
    check(
      fc.property(values, (value) => {
        const json = JSON.parse(JSON.stringify(toJson(type, value))) as never;
        expect(fromJson(type, json)).toStrictEqual(decodeBody(body, encodeBody(body, value)));
        const mapped = protobufJson(type, json);
        const theirs = inside === undefined ? mapped : isZero(mapped) ? {} : { [inside]: mapped };
        expect(es.toJson(encodeBody(body, value))).toEqual(theirs);
        expect(hex(es.fromJson(theirs))).toBe(hex(encodeBody(body, value)));
      }),
      30,
    );
  });
});
