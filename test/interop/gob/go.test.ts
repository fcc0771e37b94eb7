import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import fc from "fast-check";
import { format } from "prettier";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Writer } from "../../../runtime/src/bytes/writer.ts";
import { GobDecoder } from "../../../runtime/src/codec/gob/decoder.ts";
import { decodeAny } from "../../../runtime/src/codec/gob/gob.ts";
import { GobEncoder } from "../../../runtime/src/codec/gob/encoder.ts";
import { wrapper } from "../../../runtime/src/generated-code.ts";
import type { Body } from "../../../runtime/src/schema/body.ts";
import { bodies, type TestedBody } from "../../codec/bodies.ts";
import { valueOf } from "../../codec/values.ts";
import { buildGo, goVersion, type GoProgram } from "../go.ts";
import { asGoKeeps } from "./loss.ts";
import { takeApart } from "./stream.ts";
import { makeVectors, readVectors, vectorsFile } from "./vectors.ts";

const version = goVersion();

let program: GoProgram | undefined;

beforeAll(() => {
  if (version !== undefined) program = buildGo("gob");
}, 180_000);

afterAll(() => program?.remove());

beforeEach((context) => {
  if (program === undefined) context.skip("Go is not installed");
});

describe("the vectors", () => {
  it("are what Go writes, whatever numbers it gives to types", async () => {
    const made = makeVectors(program!.path);
    const { about, vectors } = readVectors();
    if (process.env["UPDATE_VECTORS"] === "1") {
      const all = { about, vectors: { ...vectors, [version!]: made } };
      writeFileSync(vectorsFile, await format(JSON.stringify(all), { parser: "json", printWidth: 110 }));
    }
    for (const written of Object.values(readVectors().vectors)) {
      expect(Object.keys(written)).toEqual(Object.keys(made));
      for (const [name, hex] of Object.entries(written)) {
        // In an interface's value there are numbers of types too.
        const compared = name === "foreign" ? values : parts;
        expect([name, await compared(made[name]!)]).toEqual([name, await compared(hex)]);
      }
    }
  });
});

async function values(hex: string): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const value of decodeAny(Buffer.from(hex, "hex"))) found.push(value);
  return found;
}

const parts = (hex: string): unknown[] => takeApart(Buffer.from(hex, "hex"));

const Name = wrapper<string>({ type: () => "string", write: () => {}, read: () => "" });

/** Thousands of values in all; each goes to Go and comes back on one stream for all of them. */
const valuesPerBody = 250;

describe("random values", () => {
  it("are the same to Go and come back as they were", { timeout: 180_000 }, async () => {
    const sent = bodies.flatMap((tested) =>
      fc.sample(valueOf(tested.type), valuesPerBody).map((value) => ({ tested, value })),
    );
    const received = await throughGo(sent);
    expect(received.length).toBe(sent.length);
    for (const [index, { tested, value }] of sent.entries()) {
      const { name, value: back } = received[index]!;
      expect(name).toBe(tested.message);
      expect(back).toStrictEqual(asGoKeeps(tested.type, value));
    }
  });
});

interface Sent {
  readonly tested: TestedBody;
  readonly value: unknown;
}

interface Received {
  readonly name: string;
  readonly value: unknown;
}

async function throughGo(sent: readonly Sent[]): Promise<Received[]> {
  const child = spawn(program!.path, ["echo"], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    const closed = once(child, "close");
    void write(child, sent);
    const received = await read(child);
    expect(await closed).toEqual([0, null]);
    return received;
  } finally {
    child.kill("SIGKILL");
  }
}

async function write({ stdin }: ChildProcess, sent: readonly Sent[]): Promise<void> {
  const encoder = new GobEncoder();
  const writer = new Writer();
  for (const { tested, value } of sent) {
    encoder.encode(writer, Name, tested.message);
    encoder.encode(writer, tested.body, value);
    if (!stdin!.write(writer.take())) await once(stdin!, "drain");
  }
  stdin!.end();
}

async function read({ stdout }: ChildProcess): Promise<Received[]> {
  const decoder = new GobDecoder();
  const byName = new Map<string, Body<unknown>>(bodies.map(({ message, body }) => [message, body]));
  const received: Received[] = [];
  let name: string | undefined;
  for await (const chunk of stdout as AsyncIterable<Buffer>) {
    decoder.push(chunk);
    while (decoder.ready()) {
      if (name === undefined) {
        name = decoder.decode(Name);
      } else {
        received.push({ name, value: decoder.decode(byName.get(name)!) });
        name = undefined;
      }
    }
  }
  decoder.end();
  return received;
}
