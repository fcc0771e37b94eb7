import {
  credit,
  failure,
  frame,
  goaway,
  line,
  load,
  longBody,
  type Part,
  request,
  response,
  stringBody,
} from "./bytes.ts";

/** What happens, in order. What `client` and `server` say is done by a user of that side. */
export type Step =
  | { readonly from: "client" | "server"; readonly bytes: readonly Part[] }
  | { readonly from: "client" | "server"; readonly ends: true }
  | {
      readonly client: "calls";
      readonly call: number;
      readonly method: Method;
      readonly request?: string;
      readonly options?: Options;
    }
  | {
      readonly client: "gets";
      readonly call: number;
      readonly value?: string;
      readonly error?: Readonly<Record<string, unknown>>;
    }
  | { readonly client: "sends"; readonly call: number; readonly value: string }
  | { readonly client: "ends"; readonly call: number }
  | { readonly client: "reads"; readonly call: number; readonly value: string }
  | { readonly client: "cancels"; readonly call: number }
  | { readonly client: "fails to connect"; readonly reason: string }
  | { readonly server: "answers the waiting call" }
  | { readonly server: "closes" };

export type Method = "say" | "find" | "ping" | "fade" | "join" | "chat";

export interface Options {
  /** In ms. */
  readonly timeout?: number;
  /** Values of keys that end in `-bin` in hex. */
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface Exchange {
  readonly name: string;
  readonly about: string;
  /** Which sides must write what is written here; the other one is played. */
  readonly tests: readonly ("client" | "server")[];
  readonly codec: string;
  /** Whether the handshake comes first, as in the exchange of that name. */
  readonly afterHandshake: boolean;
  readonly steps: readonly Step[];
}

const say = "/test.v1.Echo/Say";
const find = "/test.v1.Echo/Find";
const ping = "/test.v1.Echo/Ping";
const fade = "/test.v1.Echo/Fade";
const joinAll = "/test.v1.Echo/Join";
const chat = "/test.v1.Echo/Chat";

const statuses = {
  NOT_FOUND: [5, "NOT_FOUND"],
  RESOURCE_EXHAUSTED: [8, "RESOURCE_EXHAUSTED"],
  UNIMPLEMENTED: [12, "UNIMPLEMENTED"],
  INTERNAL: [13, "INTERNAL"],
  UNAVAILABLE: [14, "UNAVAILABLE"],
} as const;

const limits = {
  MaxMessage: 4_194_304,
  MaxMetadata: 16_384,
  MaxFrame: 131_072,
  MaxCalls: 10_000,
  StreamCredit: 262_144,
  ConnectionCredit: 16_777_216,
};

/** An Option as either side says it. */
function option(codec: string): Part[] {
  return line({
    MagicNumber: 3_927_900,
    CodecType: codec,
    ConnectTimeout: 10_000_000_000,
    HandleTimeout: 0,
    Framing: "mux/1",
    ...limits,
  });
}

/** The steps of a handshake that succeeds. */
export function handshake(codec: string): Step[] {
  return [client(option(codec)), server(option(codec))];
}

function client(...frames: readonly (readonly Part[])[]): Step {
  return { from: "client", bytes: frames.flat() };
}

function server(...frames: readonly (readonly Part[])[]): Step {
  return { from: "server", bytes: frames.flat() };
}

function calls(call: number, method: Method, request?: string, options?: Options): Step {
  return {
    client: "calls",
    call,
    method,
    ...(request !== undefined && { request }),
    ...(options !== undefined && { options }),
  };
}

function gets(call: number, value: string): Step {
  return { client: "gets", call, value };
}

function sends(call: number, value: string): Step {
  return { client: "sends", call, value };
}

function reads(call: number, value: string): Step {
  return { client: "reads", call, value };
}

/** A stream's message. */
function message(id: number, value: string): Part[] {
  return frame("MESSAGE", id, stringBody(value), "COUNTED");
}

function fails(call: number, error: Readonly<Record<string, unknown>>): Step {
  return { client: "gets", call, error };
}

const both = ["client", "server"] as const;

function exchange(
  name: string,
  about: string,
  steps: readonly Step[],
  { tests = both, codec = "application/proto", afterHandshake = true }: Partial<Exchange> = {},
): Exchange {
  return { name, about, tests, codec, afterHandshake, steps };
}

const bytesOfPing = ["0102030405060708", "any eight bytes"] as const;

/** A call that the server has refused and the method of which is known since. */
const missing = "/test.v1.Missing/Get";

export const exchanges: readonly Exchange[] = [
  exchange("handshake", "Each side says its Option: one line of JSON.", handshake("application/proto"), {
    afterHandshake: false,
  }),
  exchange(
    "refused by the server",
    "The server does not speak what the client says: it answers with the reason and ends the connection.",
    [
      client(line({ MagicNumber: 1, Framing: "mux/1" })),
      server(line({ MagicNumber: 3_927_900, Framing: "mux/1", Error: "MagicNumber is 1, not 3927900" })),
      { from: "server", ends: true },
    ],
    { afterHandshake: false, tests: ["server"] },
  ),
  exchange(
    "refused, seen by the client",
    "A refusal ends the client's attempt to connect, with the server's reason.",
    [
      client(option("application/proto")),
      server(line({ MagicNumber: 3_927_900, Framing: "mux/1", Error: "no such codec" })),
      { client: "fails to connect", reason: "no such codec" },
    ],
    { afterHandshake: false, tests: ["client"] },
  ),
  exchange("call", "One call and its answer.", [
    calls(1, "say", "hi"),
    client(frame("REQUEST", 1, request({ method: say, body: stringBody("hi") }))),
    server(frame("RESPONSE", 1, response(stringBody("hi")))),
    gets(1, "hi"),
  ]),
  exchange("nothing in, nothing out", "A body without fields is no bytes.", [
    calls(1, "ping"),
    client(frame("REQUEST", 1, request({ method: ping }))),
    server(frame("RESPONSE", 1, response())),
  ]),
  exchange(
    "call by index",
    "A method goes by its path at first, then by the index of that path's appearance.",
    [
      calls(1, "say", "a"),
      calls(2, "ping"),
      calls(3, "ping"),
      calls(4, "say", "b"),
      client(
        frame("REQUEST", 1, request({ method: say, body: stringBody("a") })),
        frame("REQUEST", 2, request({ method: ping })),
        frame("REQUEST", 3, request({ method: 1 })),
        frame("REQUEST", 4, request({ method: 0, body: stringBody("b") })),
      ),
      server(
        frame("RESPONSE", 1, response(stringBody("a"))),
        frame("RESPONSE", 2, response()),
        frame("RESPONSE", 3, response()),
        frame("RESPONSE", 4, response(stringBody("b"))),
      ),
      gets(1, "a"),
      gets(4, "b"),
    ],
  ),
  exchange("answered out of order", "Answers come as they are ready.", [
    calls(1, "say", "wait"),
    calls(2, "say", "now"),
    client(
      frame("REQUEST", 1, request({ method: say, body: stringBody("wait") })),
      frame("REQUEST", 2, request({ method: 0, body: stringBody("now") })),
    ),
    server(frame("RESPONSE", 2, response(stringBody("now")))),
    gets(2, "now"),
    { server: "answers the waiting call" },
    server(frame("RESPONSE", 1, response(stringBody("wait")))),
    gets(1, "wait"),
  ]),
  exchange(
    "timeout and metadata",
    "What is left of the call's time, and what travels beside the request. The server answers with what it saw.",
    [
      calls(1, "say", "context", { timeout: 5_000, metadata: { tenant: "acme", "trace-bin": "00ff" } }),
      client(
        frame(
          "REQUEST",
          1,
          request({
            method: say,
            timeout: 5_000,
            metadata: { tenant: "acme", "trace-bin": Uint8Array.of(0, 255) },
            body: stringBody("context"),
          }),
        ),
      ),
      server(frame("RESPONSE", 1, response(stringBody("5000 ms, acme, 00ff")))),
      gets(1, "5000 ms, acme, 00ff"),
    ],
  ),
  exchange("trailers", "What travels beside an answer.", [
    calls(1, "say", "trailers"),
    client(frame("REQUEST", 1, request({ method: say, body: stringBody("trailers") }))),
    server(
      frame("RESPONSE", 1, response(stringBody("trailers"), { cost: "3", "trace-bin": Uint8Array.of(1) })),
    ),
    gets(1, "trailers"),
  ]),
  exchange("error", "A status, when to try again, trailers and a message.", [
    calls(1, "say", "fail"),
    client(frame("REQUEST", 1, request({ method: say, body: stringBody("fail") }))),
    server(
      frame(
        "RESPONSE",
        1,
        failure({
          status: statuses.RESOURCE_EXHAUSTED,
          retryAfter: 1_500,
          trailers: { queue: "full" },
          message: "come back later",
        }),
      ),
    ),
    fails(1, { code: "RESOURCE_EXHAUSTED", rawMessage: "come back later", retryAfter: 1_500, sent: "yes" }),
  ]),
  exchange("typed error", "An error that the method declares carries its type's name and its fields.", [
    calls(1, "find", "x7"),
    client(frame("REQUEST", 1, request({ method: find, body: stringBody("x7") }))),
    server(
      frame(
        "RESPONSE",
        1,
        failure({
          status: statuses.NOT_FOUND,
          message: "nothing is called x7",
          type: "test.v1.NoSuchThing",
          fields: stringBody("x7"),
        }),
      ),
    ),
    fails(1, {
      code: "NOT_FOUND",
      rawMessage: "nothing is called x7",
      kind: "NoSuchThing",
      id: "x7",
      sent: "yes",
    }),
  ]),
  exchange(
    "unknown method",
    "It costs its own call, which no handler has seen, and takes an index.",
    [
      client(
        frame("REQUEST", 1, request({ method: missing })),
        frame("REQUEST", 2, request({ method: ping })),
        frame("REQUEST", 3, request({ method: 1 })),
      ),
      server(
        frame(
          "RESPONSE",
          1,
          failure({
            status: statuses.UNIMPLEMENTED,
            message: "no service test.v1.Missing is registered on this server",
          }),
          "NOT_RUN",
        ),
        frame("RESPONSE", 2, response()),
        frame("RESPONSE", 3, response()),
      ),
    ],
    { tests: ["server"] },
  ),
  exchange(
    "not run",
    "The client learns that no handler has seen the call.",
    [
      calls(1, "say", "hi"),
      client(frame("REQUEST", 1, request({ method: say, body: stringBody("hi") }))),
      server(
        frame(
          "RESPONSE",
          1,
          failure({ status: statuses.RESOURCE_EXHAUSTED, message: "too many calls" }),
          "NOT_RUN",
        ),
      ),
      fails(1, { code: "RESOURCE_EXHAUSTED", rawMessage: "too many calls", sent: "no" }),
    ],
    { tests: ["client"] },
  ),
  exchange(
    "cancel",
    "The caller gives up: nothing more comes for its id, also where the handler answers late.",
    [
      calls(1, "say", "wait"),
      client(frame("REQUEST", 1, request({ method: say, body: stringBody("wait") }))),
      { client: "cancels", call: 1 },
      fails(1, { code: "CANCELLED", sent: "maybe" }),
      client(frame("CANCEL", 1)),
      { server: "answers the waiting call" },
      calls(2, "say", "hi"),
      client(frame("REQUEST", 2, request({ method: 0, body: stringBody("hi") }))),
      server(frame("RESPONSE", 2, response(stringBody("hi")))),
      gets(2, "hi"),
    ],
  ),
  exchange(
    "pieces",
    "A message over the frame limit goes out as several frames; smaller ones pass between them.",
    [
      calls(1, "say", "x*150000"),
      client(...pieces("REQUEST", request({ method: say }), 150_000)),
      server(...pieces("RESPONSE", response(), 150_000)),
      gets(1, "x*150000"),
    ],
  ),
  exchange(
    "a request given up in pieces",
    "CANCEL ends a message in the middle. What still comes of it is ignored.",
    [
      client(
        ...pieces("REQUEST", request({ method: say }), 150_000).slice(0, 2),
        frame("CANCEL", 1),
        frame("MESSAGE", 1, [["0000", "what was on its way"]]),
        frame("REQUEST", 2, request({ method: 0, body: stringBody("hi") })),
      ),
      server(frame("RESPONSE", 2, response(stringBody("hi")))),
    ],
    { tests: ["server"] },
  ),
  exchange(
    "an answer given up in pieces",
    "An error ends an answer in the middle.",
    [
      calls(1, "say", "hi"),
      client(frame("REQUEST", 1, request({ method: say, body: stringBody("hi") }))),
      server(
        ...pieces("RESPONSE", response(), 150_000).slice(0, 2),
        frame("RESPONSE", 1, failure({ status: statuses.UNAVAILABLE, message: "out of disk" })),
      ),
      fails(1, { code: "UNAVAILABLE", rawMessage: "out of disk", sent: "yes" }),
    ],
    { tests: ["client"] },
  ),
  exchange(
    "ping from the client",
    "A PING is answered by a PONG of the same eight bytes.",
    [client(frame("PING", 0, [bytesOfPing])), server(frame("PONG", 0, [bytesOfPing]))],
    { tests: ["server"] },
  ),
  exchange(
    "ping from the server",
    "Either side may ask.",
    [server(frame("PING", 0, [bytesOfPing])), client(frame("PONG", 0, [bytesOfPing]))],
    { tests: ["client"] },
  ),
  exchange(
    "what is ignored",
    "Frames for ids that are not in use, an end where there is no stream, and flags that a kind has no use for.",
    [
      client(
        frame("WINDOW", 9, credit(65_536)),
        frame("MESSAGE", 9, [["00", "a piece of nothing"]]),
        message(9, "of no stream"),
        frame("MESSAGE", 9, [], "END_STREAM"),
        frame("CANCEL", 9),
        frame("PONG", 0, [bytesOfPing]),
        frame("REQUEST", 1, request({ method: ping }), "END_STREAM"),
      ),
      server(frame("RESPONSE", 1, response())),
    ],
    { tests: ["server"] },
  ),
  exchange(
    "stream from the server",
    "The answers come as messages, each in a frame of its own; the status ends them.",
    [
      calls(1, "fade", "abc"),
      client(frame("REQUEST", 1, request({ method: fade, body: stringBody("abc") }))),
      server(message(1, "abc"), message(1, "ab"), message(1, "a"), frame("RESPONSE", 1, response())),
      ...["abc", "ab", "a"].map((value) => reads(1, value)),
      gets(1, "the end"),
    ],
  ),
  exchange(
    "stream from the client",
    "The request has no body; END_STREAM says that all messages are there.",
    [
      calls(1, "join"),
      client(frame("REQUEST", 1, request({ method: joinAll }))),
      sends(1, "a"),
      client(message(1, "a")),
      sends(1, ""),
      client(frame("MESSAGE", 1, [], "COUNTED")),
      sends(1, "b"),
      client(message(1, "b")),
      { client: "ends", call: 1 },
      client(frame("MESSAGE", 1, [], "END_STREAM")),
      server(frame("RESPONSE", 1, response(stringBody("ab")))),
      gets(1, "ab"),
    ],
  ),
  exchange(
    "stream both ways",
    "Each side speaks when it likes; the client ends its side, the server the call.",
    [
      calls(1, "chat"),
      sends(1, "hi"),
      client(frame("REQUEST", 1, request({ method: chat })), message(1, "hi")),
      server(message(1, "HI")),
      reads(1, "HI"),
      { client: "ends", call: 1 },
      client(frame("MESSAGE", 1, [], "END_STREAM")),
      server(frame("RESPONSE", 1, response())),
      gets(1, "the end"),
    ],
  ),
  exchange(
    "stream without a message",
    "END_STREAM may stand on the REQUEST.",
    [
      client(frame("REQUEST", 1, request({ method: joinAll }), "END_STREAM")),
      server(frame("RESPONSE", 1, response())),
    ],
    { tests: ["server"] },
  ),
  exchange("stream that fails", "An error stands behind the messages that came before it.", [
    calls(1, "fade", "fail"),
    client(frame("REQUEST", 1, request({ method: fade, body: stringBody("fail") }))),
    server(
      message(1, "fail"),
      message(1, "fai"),
      frame(
        "RESPONSE",
        1,
        failure({ status: statuses.NOT_FOUND, trailers: { said: "2" }, message: "out of breath" }),
      ),
    ),
    reads(1, "fail"),
    reads(1, "fai"),
    fails(1, { code: "NOT_FOUND", rawMessage: "out of breath", sent: "yes" }),
  ]),
  exchange("stream that its server ends", "The server need not wait for the end of the client's side.", [
    calls(1, "chat"),
    sends(1, "stop"),
    client(frame("REQUEST", 1, request({ method: chat })), message(1, "stop")),
    server(message(1, "STOP"), frame("RESPONSE", 1, response())),
    reads(1, "STOP"),
    gets(1, "the end"),
  ]),
  exchange("stream that its caller ends", "CANCEL ends both directions; what is on its way is dropped.", [
    calls(1, "chat"),
    sends(1, "hi"),
    client(frame("REQUEST", 1, request({ method: chat })), message(1, "hi")),
    server(message(1, "HI")),
    reads(1, "HI"),
    { client: "cancels", call: 1 },
    client(frame("CANCEL", 1)),
    fails(1, { code: "CANCELLED", sent: "maybe" }),
    calls(2, "say", "hi"),
    client(frame("REQUEST", 2, request({ method: say, body: stringBody("hi") }))),
    server(frame("RESPONSE", 2, response(stringBody("hi")))),
    gets(2, "hi"),
  ]),
  exchange(
    "stream in pieces",
    "A message over the frame limit, in pieces of 64 KiB: each is counted; the next message waits until the last is out. Half a window was taken: it is returned, and doubled.",
    [
      client(
        frame("REQUEST", 1, request({ method: joinAll })),
        ...longBody(150_000, 65_536, 65_536, 65_536).map((parts, i) =>
          i < 2 ? frame("MESSAGE", 1, parts, "COUNTED", "MORE") : frame("MESSAGE", 1, parts, "COUNTED"),
        ),
        message(1, "y"),
        frame("MESSAGE", 1, [], "END_STREAM"),
      ),
      server(
        frame("WINDOW", 1, credit(150_028 + 262_144)),
        frame(
          "RESPONSE",
          1,
          failure({ status: statuses.RESOURCE_EXHAUSTED, message: "150001 letters are too many to be said" }),
        ),
      ),
    ],
    { tests: ["server"] },
  ),
  exchange(
    "going away",
    "The server closes: it takes what is on its way, names the last call that it took, answers what it took, and ends its side. The client ends its own.",
    [
      calls(1, "say", "wait"),
      client(frame("REQUEST", 1, request({ method: say, body: stringBody("wait") }))),
      { server: "closes" },
      server(
        frame("GOAWAY", 0, goaway(1_073_741_825, statuses.UNAVAILABLE, "the server is closing")),
        frame("PING", 0, [["ff*8", "answered when all calls have come"]]),
      ),
      client(frame("PONG", 0, [["ff*8", "the same"]])),
      server(frame("GOAWAY", 0, goaway(1, statuses.UNAVAILABLE, "the server is closing"))),
      { server: "answers the waiting call" },
      server(frame("RESPONSE", 1, response(stringBody("wait")))),
      gets(1, "wait"),
      { from: "client", ends: true },
      { from: "server", ends: true },
    ],
  ),
  exchange(
    "load",
    "The server says how busy it is, in front of an answer.",
    [
      calls(1, "say", "hi"),
      client(frame("REQUEST", 1, request({ method: say, body: stringBody("hi") }))),
      server(frame("LOAD", 0, load(1_250)), frame("RESPONSE", 1, response(stringBody("hi")))),
      gets(1, "hi"),
    ],
    { tests: ["client"] },
  ),
  exchange(
    "a broken frame",
    "It costs the connection, which ends with the reason.",
    [
      client([["000000 0f 00000001", "a frame of no known kind"]]),
      server(
        frame("GOAWAY", 0, goaway(0, statuses.INTERNAL, "kind 15 frame: this side does not know the kind")),
      ),
      { from: "server", ends: true },
    ],
    { tests: ["server"] },
  ),
  exchange(
    "json",
    "The codec of the connection is JSON: a body is the value itself.",
    [
      calls(1, "say", "hi"),
      client(frame("REQUEST", 1, request({ method: say, body: [["22686922", '"hi"']] }))),
      server(frame("RESPONSE", 1, response([["22686922", '"hi"']]))),
      gets(1, "hi"),
    ],
    { codec: "application/json" },
  ),
];

/** A message of so many times `x` in frames of 65,536 bytes, what comes before its body in the first. */
function pieces(kind: "REQUEST" | "RESPONSE", head: readonly Part[], length: number): Part[][] {
  const used = head.reduce((sum, [hex]) => sum + hex.replaceAll(" ", "").length / 2, 0);
  const [first, second, third] = longBody(length, 65_536 - used, 65_536, 65_536);
  return [
    frame(kind, 1, [...head, ...first!], "MORE"),
    frame("MESSAGE", 1, second, "MORE"),
    frame("MESSAGE", 1, third),
  ];
}
