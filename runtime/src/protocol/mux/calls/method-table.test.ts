import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Reader } from "../../../bytes/reader.ts";
import { Writer } from "../../../bytes/writer.ts";
import { DecodeError, EncodeError } from "../../../errors.ts";
import { maxMethodNames, maxMethodPathBytes } from "../../../limits.ts";
import { service, unary } from "../../../schema/service.ts";
import { text } from "../connection.fixture.ts";
import { ReceivedMethods, SentMethods } from "./method-table.ts";

interface Named {
  readonly path: string;
}

/** A method of any name. */
function method(name: string) {
  return service("test.Many", () => ({
    it: unary(
      name,
      () => text,
      () => text,
    ),
  })).methods.it;
}

function write(sent: SentMethods, named: ReturnType<typeof method>): Uint8Array {
  const writer = new Writer();
  if (sent.write(writer, named)) sent.add(named);
  return writer.take();
}

function read(received: ReceivedMethods<Named>, bytes: Uint8Array): string {
  const entry = received.read(new Reader(bytes), bytes, bytes.length);
  return typeof entry === "string" ? `no ${entry}` : entry.path;
}

const findAll = { find: (path: string): Named => ({ path }) };

describe("references to methods", () => {
  it("are the path at first, then the index of its appearance", () => {
    const sent = new SentMethods();
    const [a, b] = [method("A"), method("B")];
    const hex = [a, b, a, b].map((each) => Buffer.from(write(sent, each)).toString("hex"));
    const path = (name: string): string => Buffer.from(`/test.Many/${name}`).toString("hex");
    expect(hex).toEqual([`18${path("A")}`, `18${path("B")}`, "01", "03"]);
  });

  it("are read as what they were written for, in any order and number", () => {
    const methods = Array.from({ length: maxMethodNames + 50 }, (_, i) => method(`M${i}`));
    const order = fc.array(fc.nat(methods.length - 1), { maxLength: 50 });
    const all = methods.map((_, i) => i);
    fc.assert(
      fc.property(order, fc.boolean(), order, (before, full, after) => {
        const sent = new SentMethods();
        const received = new ReceivedMethods(findAll);
        for (const i of [...before, ...(full ? all : []), ...after]) {
          expect(read(received, write(sent, methods[i]!))).toBe(methods[i]!.path);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("are paths for ever once the table is full", () => {
    const sent = new SentMethods();
    for (let i = 0; i < maxMethodNames; i++) write(sent, method(`M${i}`));
    const late = method("Late");
    for (let i = 0; i < 3; i++) expect(write(sent, late).length).toBeGreaterThan(10);
  });

  it("count only frames that went out: one that was taken back is followed by the path again", () => {
    const sent = new SentMethods();
    const a = method("A");
    const first = new Writer();
    expect(sent.write(first, a)).toBe(true);
    first.truncate(0);
    expect(write(sent, a)[0]).toBe(0x18);
    expect(write(sent, a)).toEqual(Uint8Array.of(1));
  });

  it("count every path that went out, also of a method that was on its way already", () => {
    const sent = new SentMethods();
    const received = new ReceivedMethods(findAll);
    const [a, b] = [method("A"), method("B")];
    const written = [a, a, b].map((each) => {
      const writer = new Writer();
      expect(sent.write(writer, each)).toBe(true);
      return writer.take();
    });
    for (const each of [a, a, b]) sent.add(each);
    for (const bytes of written) read(received, bytes);
    expect([a, b].map((each) => read(received, write(sent, each)))).toEqual([a.path, b.path]);
  });

  it("refuse a path that no peer would read", () => {
    const sent = new SentMethods();
    const longest = method("x".repeat(maxMethodPathBytes - "/test.Many/".length));
    expect(read(new ReceivedMethods(findAll), write(sent, longest))).toBe(longest.path);
    const longer = method("x".repeat(maxMethodPathBytes - "/test.Many/".length + 1));
    expect(() => write(sent, longer)).toThrow(EncodeError);
    expect(() => write(sent, longer)).toThrow("1025 bytes");
  });
});

describe("received references", () => {
  const a = Buffer.from("062f412f", "hex");

  it("take an index where nothing is found too, and look again each time", () => {
    const known = new Map<string, Named>();
    const received = new ReceivedMethods({ find: (path) => known.get(path) });
    expect(read(received, a)).toBe("no /A/");
    expect(read(received, Buffer.of(1))).toBe("no /A/");
    known.set("/A/", { path: "/A/" });
    expect(read(received, Buffer.of(1))).toBe("/A/");
  });

  it("give a path that appears twice two indexes", () => {
    const received = new ReceivedMethods(findAll);
    read(received, a);
    read(received, a);
    read(received, Buffer.from("062f422f", "hex"));
    expect([1, 3, 5].map((reference) => read(received, Buffer.of(reference)))).toEqual(["/A/", "/A/", "/B/"]);
  });

  it.each([
    ["an index never given", "01"],
    ["the largest index", "ffffffff0f"],
    ["a path longer than a path may be", "8210" + "2f".repeat(2_000)],
    ["a path longer than its frame", "082f41"],
    ["a path of 2 GiB", "feffffff0f"],
    ["no reference at all", ""],
    ["a varint without an end", "ffffffffffffffffffffff"],
  ])("are refused where they are %s", (_what, hex) => {
    const bytes = Buffer.from(hex, "hex");
    expect(() => read(new ReceivedMethods(findAll), bytes)).toThrow(DecodeError);
  });
});
