import { type CallOptions, type Channel, connect, RpcError, Server } from "@gorpc/runtime";
import { once } from "node:events";
import {
  type AddressInfo,
  connect as dial,
  createServer,
  type Server as Listener,
  type Socket,
} from "node:net";
import { expect } from "vitest";
import { frame, join } from "./bytes.ts";
import { Echo, EchoClient, NoSuchThing } from "./echo.gorpc.ts";
import { type Exchange, handshake, type Method, type Step } from "./exchanges.ts";
import { Incoming } from "./incoming.ts";

/** `x*5` is five times x: requests too long to be written out. */
function expand(text: string): string {
  const [, unit, times] = /^(.)\*(\d+)$/.exec(text) ?? [];
  return unit === undefined ? text : unit.repeat(Number(times));
}

function stepsOf({ afterHandshake, codec, steps }: Exchange): readonly Step[] {
  return afterHandshake ? [...handshake(codec), ...steps] : steps;
}

/** Compares what was written with what the exchange says; where they differ, the hex tells more than the bytes. */
async function expectBytes(incoming: Incoming, { bytes }: Extract<Step, { bytes: unknown }>): Promise<void> {
  const expected = join(bytes);
  const actual = await incoming.read(expected.length);
  if (!actual.equals(expected)) expect(actual.toString("hex")).toBe(expected.toString("hex"));
}

/** Plays the client's part against a real server. */
export async function playClient(exchange: Exchange): Promise<void> {
  const waiting = gate();
  const server = new Server().register(Echo, {
    say(text, context) {
      if (text === "wait") return waiting.opened.then(() => text);
      if (text === "fail") {
        context.trailers.append("queue", "full");
        throw new RpcError("RESOURCE_EXHAUSTED", "come back later", { retryAfter: 1_500 });
      }
      if (text === "trailers") context.trailers.append("cost", "3").append("trace-bin", Uint8Array.of(1));
      if (text !== "context") return text;
      const trace = Buffer.from(context.metadata.get("trace-bin") as Uint8Array).toString("hex");
      return `${context.timeRemaining()} ms, ${String(context.metadata.get("tenant"))}, ${trace}`;
    },
    find(id) {
      throw new NoSuchThing({ id }, `nothing is called ${id}`);
    },
    ping() {},
    async *fade(text, context) {
      for (let length = text.length; length > 0; length--) {
        yield text.slice(0, length);
        if (text !== "fail" || length === text.length) continue;
        context.trailers.append("said", "2");
        throw new RpcError("NOT_FOUND", "out of breath");
      }
    },
    async join(texts) {
      let joined = "";
      for await (const text of texts) joined += text;
      if (joined.length < 100_000) return joined;
      throw new RpcError("RESOURCE_EXHAUSTED", `${joined.length} letters are too many to be said`);
    },
    async *chat(texts) {
      for await (const text of texts) {
        yield text.toUpperCase();
        if (text === "stop") return;
      }
    },
  });
  const address = await server.listen("tcp://127.0.0.1:0");
  const socket = dial({ host: "127.0.0.1", port: Number(address.split(":").at(-1)), allowHalfOpen: true });
  const incoming = new Incoming(socket);
  try {
    for (const step of stepsOf(exchange)) {
      if ("server" in step) {
        await everythingRead(socket, incoming);
        if (step.server === "closes") void server.close();
        else waiting.open();
      } else if ("from" in step) {
        await (step.from === "server" ? receive(incoming, step) : send(socket, step));
      }
    }
    socket.end();
    expect((await incoming.rest()).toString("hex")).toBe("");
  } finally {
    socket.destroy();
    await server.close({ drain: 0 });
  }
}

/** Plays the server's part against a real channel. */
export async function playServer(exchange: Exchange): Promise<void> {
  const listener = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  const accepted = once(listener, "connection") as Promise<[Socket]>;
  const { port } = listener.address() as AddressInfo;
  // What is called again is no matter of the protocol.
  const connecting = connect(`tcp://127.0.0.1:${port}`, {
    codec: exchange.codec,
    timeout: Infinity,
    retry: false,
  });
  connecting.catch(() => {});
  const [socket] = await accepted;
  // A channel that lost its connection dials again; nobody answers there.
  listener.close();
  const incoming = new Incoming(socket);
  const caller = new Caller(connecting);
  try {
    for (const step of stepsOf(exchange)) {
      if ("client" in step) await caller.step(step);
      else if ("from" in step) await (step.from === "client" ? receive(incoming, step) : send(socket, step));
    }
    const closed = caller.close();
    expect((await incoming.rest()).toString("hex")).toBe("");
    socket.end();
    await closed;
  } finally {
    await ended(socket, listener);
  }
}

/** A PONG is written only when what came before its PING was read. */
async function everythingRead(socket: Socket, incoming: Incoming): Promise<void> {
  socket.write(join(frame("PING", 0, [["00*8", "any eight bytes"]])));
  expect(await incoming.read(16)).toEqual(join(frame("PONG", 0, [["00*8", "the same"]])));
}

async function receive(incoming: Incoming, step: Extract<Step, { from: unknown }>): Promise<void> {
  if ("bytes" in step) await expectBytes(incoming, step);
  else expect((await incoming.rest()).toString("hex")).toBe("");
}

async function send(socket: Socket, step: Extract<Step, { from: unknown }>): Promise<void> {
  if ("bytes" in step) socket.write(join(step.bytes));
  else socket.end();
}

async function ended(socket: Socket, listener: Listener): Promise<void> {
  socket.destroy();
  if (listener.listening) await new Promise((resolve) => listener.close(resolve));
}

/** A call of an exchange. */
interface Call {
  readonly abort: AbortController;
  /** What it ends with: `the end` where it streamed. */
  readonly outcome: Promise<unknown>;
  readonly requests: Requests;
  /** What it streams. */
  readonly answers: AsyncIterator<string> | undefined;
}

/** Requests that are made one at a time. */
class Requests implements AsyncIterable<string> {
  readonly #values: string[] = [];
  #ended = false;
  #wake = gate();

  send(value: string): void {
    this.#values.push(value);
    this.#wake.open();
  }

  end(): void {
    this.#ended = true;
    this.#wake.open();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<string> {
    for (;;) {
      for (let value = this.#values.shift(); value !== undefined; value = this.#values.shift()) yield value;
      if (this.#ended) return;
      await this.#wake.opened;
      this.#wake = gate();
    }
  }
}

/** The calls of an exchange, made on a real channel. */
class Caller {
  readonly #connecting: Promise<Channel>;
  readonly #calls = new Map<number, Call>();

  constructor(connecting: Promise<Channel>) {
    this.#connecting = connecting;
  }

  async step(step: Extract<Step, { client: unknown }>): Promise<void> {
    switch (step.client) {
      case "fails to connect":
        await expect(this.#connecting).rejects.toThrow(step.reason);
        return;
      case "calls":
        return this.#call(step);
      case "sends":
        return this.#calls.get(step.call)!.requests.send(step.value);
      case "ends":
        return this.#calls.get(step.call)!.requests.end();
      case "reads":
        expect(await this.#calls.get(step.call)!.answers!.next()).toEqual({ done: false, value: step.value });
        return;
      case "cancels":
        return this.#calls.get(step.call)!.abort.abort();
      case "gets": {
        const { answers, outcome: promised } = this.#calls.get(step.call)!;
        const outcome = answers === undefined ? promised : endOf(answers);
        if (step.error === undefined) expect(await outcome).toBe(expand(step.value ?? ""));
        else await expect(outcome).rejects.toMatchObject(step.error);
      }
    }
  }

  async close(): Promise<void> {
    const channel = await this.#connecting.catch(() => undefined);
    await channel?.close();
  }

  async #call({ call, method, request, options = {} }: Extract<Step, { client: "calls" }>): Promise<void> {
    const echo = new EchoClient(await this.#connecting);
    const abort = new AbortController();
    const metadata = Object.entries(options.metadata ?? {}).map(
      ([key, value]): [string, string | Uint8Array] => [
        key,
        key.endsWith("-bin") ? Buffer.from(value, "hex") : value,
      ],
    );
    const given = {
      signal: abort.signal,
      metadata: Object.fromEntries(metadata),
      ...(options.timeout !== undefined && { timeout: options.timeout }),
    };
    const requests = new Requests();
    const started = start(echo, method, expand(request ?? ""), requests, given);
    const answers = started instanceof Promise ? undefined : started[Symbol.asyncIterator]();
    const outcome = started instanceof Promise ? started : Promise.resolve();
    outcome.catch(() => {});
    this.#calls.set(call, { outcome, abort, requests, answers });
  }
}

function start(
  echo: EchoClient,
  method: Method,
  request: string,
  requests: Requests,
  options: CallOptions,
): Promise<unknown> | AsyncIterable<string> {
  switch (method) {
    case "ping":
      return echo.ping(options);
    case "join":
      return echo.join(requests, options);
    case "chat":
      return echo.chat(requests, options);
    default:
      return echo[method](request, options);
  }
}

/** What comes behind the last answer of a stream. */
async function endOf(answers: AsyncIterator<string>): Promise<string> {
  const result: IteratorResult<string> = await answers.next();
  return result.done === true ? "the end" : result.value;
}

interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

function gate(): Gate {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}
