import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Writer } from "../../runtime/src/bytes/writer.ts";
import { GobEncoder } from "../../runtime/src/codec/gob/encoder.ts";
import { struct } from "../../runtime/src/codec/gob/struct.ts";
import { Arith } from "../e2e/arith.gorpc.ts";
import { deferred, matching, until } from "../e2e/waiting.ts";
import { start, type World } from "../e2e/world.ts";
import { RawClient } from "./raw-client.ts";
import { RawText } from "./raw-text.ts";

const option = (fields: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ MagicNumber: 3_927_900, CodecType: "application/gob", ...fields });

/** A request of net/rpc. */
function gobRequest(method: string, body: Uint8Array | undefined, seq = 1n): Buffer {
  const writer = new Writer();
  const header = struct("Request", [
    { number: 1, name: "serviceMethod", type: "string" },
    { number: 2, name: "seq", type: "uint64" },
  ]);
  const encoder = new GobEncoder();
  encoder.encode(writer, header, { serviceMethod: method, seq });
  if (body === undefined) encoder.encode(writer, Arith.methods.negate.request, 7);
  else writer.raw(body);
  return Buffer.from(writer.take());
}

async function expectHealthy({ arith }: World): Promise<void> {
  expect(await arith.sum({ left: 1, right: 2 })).toBe(3);
}

describe("JSON-RPC by hand", () => {
  it.each([
    [
      "a number for an id",
      '{"method":"Arith.Negate","params":[7],"id":0}',
      '{"id":0,"result":-7,"error":null}',
    ],
    [
      "a large one",
      '{"id":12345678901234567890,"method":"Arith.Negate","params":[7]}',
      '{"id":12345678901234567890,"result":-7,"error":null}',
    ],
    [
      "a text for an id",
      '{"method":"Arith.Negate","params":[7],"id":"a\\"b"}',
      '{"id":"a\\"b","result":-7,"error":null}',
    ],
    ["no id", '{"method":"Arith.Negate","params":[7]}', '{"id":null,"result":-7,"error":null}'],
    [
      "no params where none are needed",
      '{"method":"Arith.Ping","id":1}',
      '{"id":1,"result":{},"error":null}',
    ],
    [
      "an empty list for an answer",
      '{"method":"Arith.Double","params":[null],"id":1}',
      '{"id":1,"result":{},"error":null}',
    ],
    [
      "the package in its name",
      '{"method":"test.arith.v1.Arith.Negate","params":[7],"id":1}',
      '{"id":1,"result":-7,"error":null}',
    ],
    [
      "2.0",
      '{"jsonrpc":"2.0","method":"Arith.Negate","params":[7],"id":1}',
      '{"jsonrpc":"2.0","id":1,"result":-7}',
    ],
    [
      "2.0, by name",
      '{"jsonrpc":"2.0","method":"Arith.Sum","params":{"left":1,"right":2},"id":1}',
      '{"jsonrpc":"2.0","id":1,"result":3}',
    ],
    [
      "2.0, with an error",
      '{"jsonrpc":"2.0","method":"Arith.Sum","id":1}',
      '{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"the request does not decode: it has no params"}}',
    ],
    [
      "2.0, for nobody",
      '{"jsonrpc":"2.0","method":"Arith.Negate","params":[7]}{"jsonrpc":"2.0","method":"No.Such"}',
      "",
    ],
    [
      "an error",
      '{"method":"Arith.Divide","params":[{"Left":1,"Right":0}],"id":1}',
      '{"id":1,"result":null,"error":"DivideByZero: Division by zero has no answer."}',
    ],
    [
      "an unknown service",
      '{"method":"No.Such","params":[],"id":1}',
      '{"id":1,"result":null,"error":"rpc: can\'t find service No.Such"}',
    ],
    [
      "an unknown method",
      '{"method":"Arith.Such","params":[],"id":1}',
      '{"id":1,"result":null,"error":"rpc: can\'t find method Arith.Such"}',
    ],
    [
      "no service at all",
      '{"method":"Such","params":[],"id":1}',
      '{"id":1,"result":null,"error":"rpc: service/method request ill-formed: Such"}',
    ],
    [
      "a stream",
      '{"method":"Arith.CountTo","params":[1],"id":1}',
      '{"id":1,"result":null,"error":"Arith.CountTo streams, and jsonrpc has no streams: call it over mux"}',
    ],
    [
      "what does not fit",
      '{"method":"Arith.Negate","params":["secret"],"id":1}',
      '{"id":1,"result":null,"error":"the request does not decode: value: a string is not a valid int"}',
    ],
  ])(
    "is answered, also a byte at a time and where the client has ended its side: %s",
    async (_what, request, answer) => {
      const { address } = await start();
      for (const slowly of [false, true]) {
        const client = await RawText.dial(address);
        if (slowly) await client.dribble(request);
        else client.send(request);
        client.socket.end();
        expect(await client.whole()).toBe(answer === "" ? "" : `${answer}\n`);
      }
    },
  );

  it("is answered in whatever order handlers are done", async () => {
    const first = deferred<string>();
    const { address } = await start({
      handlers: { slow: (takes) => (takes === 1 ? first.promise : "second") },
    });
    const client = await RawText.dial(address);
    client.send(
      '{"method":"Arith.Slow","params":[1000000],"id":1}{"method":"Arith.Slow","params":[2],"id":2}',
    );
    await client.reads("second");
    first.resolve("first");
    client.socket.end();
    expect(await client.whole()).toBe(
      '{"id":2,"result":"second","error":null}\n{"id":1,"result":"first","error":null}\n',
    );
  });

  it.each<readonly [string, string, RegExp]>([
    ["is no JSON", '{"id":1,"method":"Arith.Ping"}{"id":}', /the text is not JSON/],
    ["is no call", '{"id":1,"method":"Arith.Ping"}{"id":2}', /a request has no method/],
    ["is a list", '{"id":1,"method":"Arith.Ping"}[1]', /a request is not a JSON object/],
    ["has an object for an id", '{"id":{},"method":"Arith.Ping"}', /id is neither a number nor a text/],
    ["is no value", '{"id":1,"method":"Arith.Ping"}]', /what came is no JSON/],
    [
      "is over the limit",
      `{"id":1,"method":"Arith.Ping"}{"x":"${"x".repeat(2 ** 20)}`,
      /larger than the 1048576 bytes/,
    ],
    [
      "nests without an end",
      `{"id":1,"method":"Arith.Ping"}{"x":${"[".repeat(2 ** 20)}`,
      /larger than the 1048576 bytes/,
    ],
  ])(
    "ends the connection with a logged reason where it %s, behind the answers to what came before",
    async (_what, bytes, reason) => {
      const world = await start({ server: { maxMessageBytes: 2 ** 20 } });
      const client = await RawText.dial(world.address);
      client.send(bytes);
      const answers = await client.whole();
      expect(answers).toBe(bytes.startsWith('{"id":1') ? '{"id":1,"result":{},"error":null}\n' : "");
      expect(world.log).toMatchObject([{ message: matching(reason) }]);
      await expectHealthy(world);
    },
  );
});

describe("too much of what is allowed", () => {
  it("calls above the limit wait, and are all answered", async () => {
    const gates: (() => void)[] = [];
    const slow = (): Promise<string> => new Promise((resolve) => gates.push(() => resolve("done")));
    const { address } = await start({ handlers: { slow }, server: { maxConcurrentCalls: 64 } });
    const client = await RawText.dial(address);
    for (let id = 0; id < 200; id++) client.send(`{"method":"Arith.Slow","params":[1],"id":${id}}`);
    await until(() => gates.length === 64);
    for (let opened = 0; opened < 200; opened++) {
      await until(() => gates.length > opened);
      expect(gates.length - opened).toBeLessThanOrEqual(64);
      gates[opened]!();
    }
    client.socket.end();
    expect((await client.whole()).match(/"done"/g)).toHaveLength(200);
  });

  it("calls whose time is over before their turn make room as well as those that were run", async () => {
    const slow = (): Promise<string> => new Promise(() => {});
    const limits = { maxConcurrentCalls: 64, maxConcurrency: 1, maxQueue: 1_000, handleTimeout: 40 };
    const { address } = await start({ handlers: { slow }, server: limits });
    const client = await RawText.dial(address);
    for (let id = 0; id < 200; id++) client.send(`{"method":"Arith.Slow","params":[1],"id":${id}}`);
    client.socket.end();
    expect((await client.whole()).match(/expect within 40ms/g)).toHaveLength(200);
  });

  it("a peer that does not read its answers is not read either, and loses none", async () => {
    let calls = 0;
    const blob = <T>(bytes: T): T => (calls++, bytes);
    const { address } = await start({ handlers: { blob } });
    const client = await RawText.dial(address);
    client.socket.pause();
    const body = Buffer.alloc(200_000).toString("base64");
    const total = 300;
    for (let id = 0; id < total; id++)
      client.send(`{"method":"Arith.Blob","params":["${body}"],"id":${id}}\n`);
    // What the system's buffers and the limit hold; it stands still there.
    let last = -1;
    await until(async () => {
      const before = calls;
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
      [last] = [calls];
      return calls > 0 && before === last;
    });
    expect(calls).toBeLessThan(total);
    client.socket.resume();
    client.socket.end();
    expect((await client.whole()).match(/"error":null/g)).toHaveLength(total);
  });

  it("a peer that floods gives way to others", async () => {
    const world = await start();
    const client = await RawText.dial(world.address);
    for (let id = 0; id < 20_000; id++) client.send(`{"method":"Arith.Ping","params":[{}],"id":${id}}`);
    await expectHealthy(world);
    client.socket.end();
    expect((await client.whole()).match(/"error":null/g)).toHaveLength(20_000);
  });
});

describe("gob by hand", () => {
  it("that is a call is answered a byte at a time", async () => {
    const { address } = await start();
    const client = await RawText.dial(address);
    await client.dribble(gobRequest("Arith.Negate", undefined));
    await client.reads("Arith.Negate");
    expect(client.text).toContain("Arith.Negate");
  });

  it.each<readonly [string, Buffer, RegExp]>([
    [
      "has a body that is no gob",
      gobRequest("Arith.Negate", Buffer.from("04fe7ffe00", "hex")),
      /connection .* closed/,
    ],
    [
      "has a body over the limit",
      gobRequest("Arith.Negate", Buffer.from("f87fffffffffffffff00", "hex")),
      /closed/,
    ],
    [
      "defines a type again",
      Buffer.concat([gobRequest("Arith.Negate", undefined), gobRequest("Arith.Negate", undefined)]),
      /closed/,
    ],
  ])("ends the connection with a logged reason where it %s", async (_what, bytes, reason) => {
    const world = await start();
    const client = await RawText.dial(world.address);
    client.send(bytes);
    await client.whole();
    expect(world.log).toMatchObject([{ message: matching(reason) }]);
    await expectHealthy(world);
  });

  it("that ends tells handlers that nobody waits", async () => {
    const stopped = deferred();
    const entered = deferred();
    const negate = (_value: number, { signal }: { readonly signal: AbortSignal }): Promise<number> => {
      signal.addEventListener("abort", () => stopped.resolve());
      entered.resolve();
      return new Promise(() => {});
    };
    const { address } = await start({ handlers: { negate } });
    const client = await RawText.dial(address);
    client.send(gobRequest("Arith.Negate", undefined));
    await entered.promise;
    client.socket.end();
    await stopped.promise;
    await client.whole();
  });

  it("broken anywhere harms nobody else", async () => {
    const world = await start();
    const whole = gobRequest("Arith.Negate", undefined);
    const broken = fc.tuple(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length));
    await fc.assert(
      fc.asyncProperty(broken, async ([at, byte, length]) => {
        const bytes = Buffer.from(whole);
        bytes[at] = byte;
        const client = await RawText.dial(world.address);
        client.send(bytes.subarray(0, length));
        client.socket.end();
        await client.whole();
      }),
      { numRuns: 60 },
    );
    await expectHealthy(world);
    await until(() => world.server.connections === 1);
  });
});

describe("a classic Option by hand", () => {
  it.each<readonly [string, string, RegExp]>([
    ["another number", option({ MagicNumber: 1 }), /MagicNumber is 1/],
    [
      "another codec",
      option({ CodecType: "application/x" }),
      /CodecType is "application\/x": without a Framing/,
    ],
    ["a negative time", option({ HandleTimeout: -1 }), /HandleTimeout is -1: it takes nanoseconds/],
    ["a fraction of a time", option({ ConnectTimeout: 0.5 }), /ConnectTimeout is 0.5/],
  ])("is refused with its reason: %s", async (_what, bytes, reason) => {
    const world = await start();
    const client = await RawText.dial(world.address);
    client.send(bytes);
    expect(JSON.parse(await client.whole())).toMatchObject({ Error: matching(reason) });
    expect(world.log).toMatchObject([{ message: matching(reason) }]);
    await expectHealthy(world);
  });

  it("is echoed where nothing follows, as four fields without a line feed", async () => {
    const { address } = await start();
    const client = await RawText.dial(address);
    await client.dribble(`${option({ ConnectTimeout: 1e10, HandleTimeout: 5_000_000_000, Other: 1 })}\n`);
    await client.reads("}");
    expect(client.text).toBe(
      '{"MagicNumber":3927900,"CodecType":"application/gob","ConnectTimeout":10000000000,"HandleTimeout":5000000000}',
    );
  });

  it("is not echoed where a call follows at once, whichever way it is cut, with and without a line feed", async () => {
    const { address } = await start();
    const call = '{"ServiceMethod":"Arith.Negate","Seq":3,"Error":""}\n7\n';
    for (const between of ["", "\n"]) {
      const bytes = `${option({ CodecType: "application/json" })}${between}${call}`;
      for (const send of ["whole", "bytes"]) {
        const client = await RawText.dial(address);
        if (send === "whole") client.send(bytes);
        else await client.dribble(bytes);
        await client.reads("-7\n");
        expect(client.text).toBe('{"ServiceMethod":"Arith.Negate","Seq":3,"Error":""}\n-7\n');
      }
    }
  });
});

describe("a server that closes", () => {
  it("answers what it has accepted, refuses what comes after, and ends the connection", async () => {
    const gate = deferred<string>();
    const { server, address } = await start({ handlers: { slow: () => gate.promise } });
    const client = await RawText.dial(address);
    client.send('{"method":"Arith.Slow","params":[1],"id":1}{"method":"Arith.Ping","params":[{}],"id":2}');
    await client.reads('"id":2');
    const closed = server.close({ drain: 5_000 });
    client.send('{"method":"Arith.Ping","params":[{}],"id":3}');
    await client.reads('"id":3');
    gate.resolve("done");
    expect(await client.whole()).toBe(
      [
        '{"id":2,"result":{},"error":null}',
        '{"id":3,"result":null,"error":"the server is closing; the call was not run"}',
        '{"id":1,"result":"done","error":null}\n',
      ].join("\n"),
    );
    client.socket.end();
    await closed;
  });

  it("does not end these connections for their age: their clients could not be told", async () => {
    const { address } = await start({ server: { maxConnectionAge: 30 } });
    const client = await RawText.dial(address);
    client.send('{"method":"Arith.Ping","params":[{}],"id":1}');
    await client.reads('"id":1');
    const aged = await RawClient.shakeHands(address);
    // Ours is told, and goes.
    await until(() => aged.frames.length > 0);
    client.send('{"method":"Arith.Ping","params":[{}],"id":2}');
    await client.reads('"id":2');
    expect(client.ended).toBe(false);
  });
});
