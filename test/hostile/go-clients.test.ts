import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { connect, type ConnectOptions } from "@gorpc/runtime";
import { describe, expect, it, onTestFinished } from "vitest";
import { ArithClient } from "../e2e/arith.gorpc.ts";
import { failureOf, matching, until } from "../e2e/waiting.ts";

/** A server that says whatever the test wants to whatever it is told. */
async function serve(talk: (socket: Socket, connection: number) => void): Promise<string> {
  const sockets: Socket[] = [];
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    socket.on("error", () => {}).on("end", () => socket.end());
    sockets.push(socket);
    talk(socket, sockets.length);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function dial(address: string, options: ConnectOptions): Promise<ArithClient> {
  const channel = await connect(address, { timeout: 15_000, ...options });
  onTestFinished(() => channel.close());
  return new ArithClient(channel);
}

/** Answers each line with what `answer` makes of its number, from 1. */
function lines(socket: Socket, answer: (line: string, number: number) => string): void {
  let text = "";
  let count = 0;
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    const whole = text.split("\n");
    text = whole.pop()!;
    for (const line of whole) socket.write(answer(line, ++count));
  });
}

/** A value of a type that was never defined. */
const noGob = Buffer.from("04fe7ffe00", "hex");

const jsonrpc: ConnectOptions = { protocol: "jsonrpc" };
const protocols: readonly ConnectOptions[] = [{ protocol: "net/rpc" }, jsonrpc, { protocol: "classic" }];

describe("a server that", () => {
  it.each(protocols)(
    "takes calls and never answers is found by the call's timeout: $protocol",
    async (options) => {
      const arith = await dial(await serve(() => {}), options);
      const error = await failureOf(arith.negate(1, { timeout: 30 }));
      expect(error).toMatchObject({ code: "DEADLINE_EXCEEDED", sent: "maybe" });
      expect(error.rawMessage).toMatch(
        /ran out after \d+ ms while waiting for the answer; .* has no other sign of life/,
      );
    },
  );

  it.each(protocols)(
    "says what it should not loses the connection, with the reason: $protocol",
    async (options) => {
      const arith = await dial(
        await serve((socket) => socket.once("data", () => socket.write(options === jsonrpc ? "}" : noGob))),
        options,
      );
      const error = await failureOf(arith.negate(1));
      expect(error).toMatchObject({ code: "UNAVAILABLE", sent: "maybe" });
      expect(error.rawMessage).toMatch(
        /^the connection was lost: the server broke the protocol: .*the server may have run/,
      );
    },
  );

  it.each(protocols)("speaks TLS is told so: $protocol", async (options) => {
    const alert = Buffer.from("15030100020250", "hex");
    const arith = await dial(
      await serve((socket) => socket.once("data", () => socket.write(alert))),
      options,
    );
    expect((await failureOf(arith.negate(1))).rawMessage).toContain(
      "the server speaks TLS: dial it with tls://",
    );
  });

  it.each(protocols)(
    "closes in the middle of a call fails it, and the next call dials again: $protocol",
    async (options) => {
      let connections = 0;
      const address = await serve((socket) => {
        connections++;
        socket.once("data", () => socket.destroy());
      });
      const arith = await dial(address, options);
      for (let dialled = 1; dialled <= 2; dialled++) {
        expect(await failureOf(arith.negate(1))).toMatchObject({ code: "UNAVAILABLE" });
      }
      await until(() => connections >= 2);
    },
  );

  it("answers what was never asked, or twice, or late is not believed", async () => {
    const address = await serve((socket) =>
      lines(socket, (_line, number) => {
        const answers = [99, number, number, "null", '"x"', -1, 0.5].map(
          (id) => `{"id":${id},"result":${number},"error":null}`,
        );
        return answers.join("\n");
      }),
    );
    const arith = await dial(address, jsonrpc);
    expect([await arith.negate(1), await arith.negate(1), await arith.negate(1)]).toEqual([1, 2, 3]);
  });

  it("answers with more than the limit loses the connection, which names it", async () => {
    const big = `{"id":1,"result":"${"x".repeat(2 ** 20)}`;
    const arith = await dial(await serve((socket) => lines(socket, () => big)), {
      ...jsonrpc,
      maxMessageBytes: 2 ** 20,
    });
    expect((await failureOf(arith.negate(1))).rawMessage).toContain("larger than the 1048576 bytes accepted");
  });

  it("answers with another type fails that call alone", async () => {
    const results = ['"text"', "-1"];
    const address = await serve((socket) =>
      lines(socket, (_line, number) => `{"id":${number},"result":${results[number - 1]},"error":null}\n`),
    );
    const arith = await dial(address, jsonrpc);
    expect(await failureOf(arith.negate(1))).toMatchObject({
      code: "INTERNAL",
      rawMessage: matching(/^the answer does not decode: value: a string is not a valid int$/),
      sent: "yes",
    });
    expect(await arith.negate(1)).toBe(-1);
  });

  it.each([
    ['"a text"', "a text", "UNKNOWN"],
    ['""', "unspecified error", "UNKNOWN"],
    ['{"code":-1,"message":"an object"}', "an object", "UNKNOWN"],
    ["[1]", "an error that is not a text", "UNKNOWN"],
    ['"rpc: can\'t find service X.Y"', "rpc: can't find service X.Y", "UNIMPLEMENTED"],
    [`"${"x".repeat(20_000)}"`, `${"x".repeat(16_384)}…`, "UNKNOWN"],
  ])("answers with the error %.60s fails the call with it", async (error, rawMessage, code) => {
    const address = await serve((socket) => lines(socket, () => `{"id":1,"result":null,"error":${error}}\n`));
    const arith = await dial(address, jsonrpc);
    expect(await failureOf(arith.negate(1))).toMatchObject({ code, rawMessage, sent: "maybe" });
  });

  it("answers with null and no error gives the type's zero, as Go sends an empty list", async () => {
    const address = await serve((socket) => lines(socket, () => '{"id":1,"result":null,"error":null}\n'));
    expect(await (await dial(address, jsonrpc)).double({})).toEqual({});
  });

  it("refuses a classic Option is believed in what it says", async () => {
    const address = await serve((socket) =>
      socket.once("data", () => socket.end('{"MagicNumber":3927900,"Error":"no room"}\n')),
    );
    const arith = await dial(address, { protocol: "classic" });
    expect((await failureOf(arith.negate(1))).rawMessage).toContain('it refused: "no room"');
  });
});

describe("a classic client's first packet", () => {
  it("is an Option of 512 bytes without a line feed, and the call right behind it", async () => {
    const chunks: Buffer[] = [];
    const address = await serve((socket) => socket.on("data", (chunk: Buffer) => chunks.push(chunk)));
    const arith = await dial(address, {
      protocol: "classic",
      codec: "application/json",
      connectTimeout: 1_000,
      handleTimeout: 2_500,
      lazy: true,
    });
    const stop = new AbortController();
    const call = failureOf(arith.negate(1, { signal: stop.signal }));
    await until(() => Buffer.concat(chunks).length > 512);
    stop.abort();
    const sent = Buffer.concat(chunks);
    const option = sent.subarray(0, 512).toString();
    expect(option.endsWith(" }")).toBe(true);
    expect(JSON.parse(option)).toEqual({
      MagicNumber: 3_927_900,
      CodecType: "application/json",
      ConnectTimeout: 1_000_000_000,
      HandleTimeout: 2_500_000_000,
    });
    expect(sent.subarray(512).toString()).toBe('{"ServiceMethod":"Arith.Negate","Seq":1,"Error":""}\n1\n');
    await call;
  });

  it.each([
    ["echoes with a line feed", '{"MagicNumber":3927900}\n'],
    ["echoes without one", '{"MagicNumber":3927900}'],
    ["does not echo", ""],
  ])("is answered by a server that %s, whichever way that is cut", async (_what, echo) => {
    for (const size of [1, 7, 1_000]) {
      const answer = `${echo}{"ServiceMethod":"Arith.Negate","Seq":1,"Error":""}\n-1\n`;
      const address = await serve((socket) =>
        socket.once("data", () => {
          for (let i = 0; i < answer.length; i += size) socket.write(answer.slice(i, i + size));
        }),
      );
      const arith = await dial(address, { protocol: "classic", codec: "application/json", lazy: true });
      expect(await arith.negate(1)).toBe(-1);
    }
  });
});

describe("CONNECT", () => {
  const through: ConnectOptions = { protocol: "net/rpc", path: "/rpc" };

  it.each<readonly [string, string, RegExp]>([
    [
      "another status",
      "HTTP/1.1 404 Not Found\r\n\r\n",
      /answered CONNECT \/rpc with "HTTP\/1.1 404 Not Found"; .*option path/,
    ],
    ["no HTTP", '{"MagicNumber":1}\n\n', /answered CONNECT \/rpc with "\{\\"MagicNumber/],
    [
      "a head without an end",
      "HTTP/1.0 200 OK\r\n".padEnd(9_000, "x"),
      /the answer to CONNECT \/rpc does not end/,
    ],
    ["half an answer", "HTTP/1.0 200 Con", /the connect timeout of 300 ms ran out/],
    ["nothing", "", /the connect timeout of 300 ms ran out/],
  ])("that is answered with %s fails, and says so", async (_what, answer, reason) => {
    const address = await serve((socket) => socket.write(answer));
    // What is answered needs no more time than a busy machine may take.
    const connectTimeout = reason.source.includes("ran out") ? 300 : 10_000;
    await expect(dial(address, { ...through, connectTimeout })).rejects.toMatchObject({
      code: "UNAVAILABLE",
      rawMessage: matching(reason),
    });
  });

  it("that is not answered before the end fails, and says so", async () => {
    const address = await serve((socket) => socket.end());
    await expect(dial(address, through)).rejects.toThrow(/closed the connection and did not answer CONNECT/);
  });

  it("is one line with a bare line feed, as Go has it, and nothing follows until it is answered", async () => {
    let sent = "";
    const address = await serve((socket) =>
      socket.on("data", (chunk: Buffer) => {
        sent += chunk.toString("latin1");
        if (sent === "CONNECT /rpc HTTP/1.0\n\n") socket.write("HTTP/1.0 200 Connected to Go RPC\n\n");
      }),
    );
    const arith = await dial(address, { ...through, lazy: true });
    const stop = new AbortController();
    const call = failureOf(arith.negate(1, { signal: stop.signal }));
    await until(() => sent.includes("Arith.Negate"));
    stop.abort();
    await call;
  });
});

describe("an option that a protocol cannot follow is refused:", () => {
  it.each<readonly [ConnectOptions, RegExp]>([
    [
      { protocol: "jsonrpc", codec: "application/json" },
      /jsonrpc has no use for the option codec; it is for mux and classic/,
    ],
    [
      { protocol: "net/rpc", compression: true },
      /net\/rpc has no use for the option compression; it is for mux/,
    ],
    [{ path: "/x" }, /mux has no use for the option path; it is for net\/rpc and classic/],
    [
      { protocol: "classic", codec: "application/proto" },
      /classic speaks application\/gob or application\/json, not "application\/proto"/,
    ],
    [{ protocol: "net/rpc", path: "/x HTTP/1.0\n\n" }, /path is .*: it takes a path such as/],
    [
      { protocol: "x" as "mux" },
      /there is no protocol "x"; channels speak "mux", "net\/rpc", "jsonrpc", "classic"/,
    ],
  ])("%o", async (options, reason) => {
    await expect(connect("tcp://127.0.0.1:1", { ...options, lazy: true })).rejects.toThrow(reason);
  });
});
