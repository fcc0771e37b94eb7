import type { CallOptions } from "../../call-options.ts";
import { protoCodec } from "../../codec/proto.ts";
import { wrapper } from "../../codec/wrapper.ts";
import type { RpcError, Sent } from "../../errors.ts";
import {
  channelLimits,
  type KeepaliveTimes,
  keepaliveTimes,
  type Limits,
  resolveLimits,
  serverLimits,
} from "../../limits.ts";
import type { Logger } from "../../logger.ts";
import type { Body } from "../../schema/body.ts";
import { type AnyService, service, type Service, unary, type Unary } from "../../schema/service.ts";
import { type CallHolder, PendingCall } from "../pending-call.ts";
import type {
  Connection,
  ConnectionOwner,
  OpenOptions,
  Route,
  ServedConnection,
  ServerHost,
} from "../protocol.ts";
import type { ServerCall } from "../server-call.ts";
import { CallIds } from "./calls/call-ids.ts";
import { MuxClientConnection } from "./client.ts";
import type { Option, PeerLimits } from "./handshake.ts";
import { ScriptedPeer } from "./scripted-peer.fixture.ts";
import { MuxServerConnection } from "./server.ts";

/** A body that holds a text: `"hi"` is `0a026869`. */
export const text: Body<string> = wrapper<string>({
  type: () => "string",
  write(writer, value) {
    if (value !== "") writer.byte(10).string(value);
  },
  read(reader, end) {
    let value = "";
    while (reader.pos < end) {
      const tag = reader.uint32();
      if (tag === 10) value = reader.string();
      else reader.skip(tag);
    }
    return value;
  },
});

interface EchoMethods {
  readonly [name: string]: Unary<string, string>;
  readonly say: Unary<string, string>;
  readonly other: Unary<string, string>;
}

/** Its methods take a text and answer with one. */
export const Echo: Service<object, EchoMethods> = service<object, EchoMethods>("test.Echo", () => ({
  say: unary(
    "Say",
    () => text,
    () => text,
  ),
  other: unary(
    "Other",
    () => text,
    () => text,
  ),
}));

/** What a client says that accepts the defaults. */
export const defaultOption: Option = {
  codec: protoCodec.contentType,
  connectTimeout: 0,
  handleTimeout: 0,
  accepts: serverLimits,
};

type Run = (call: ServerCall, request: string) => void;

/** A server of one connection: what its handlers do is a map from paths. */
export class TestHost implements ServerHost {
  readonly limits: Limits;
  readonly handleTimeout = Infinity;
  readonly load = { period: 0, thousandths: 0 };
  readonly keepaliveInterval: number;
  readonly keepaliveTimeout: number;
  readonly logged: string[] = [];
  readonly closed: ServedConnection[] = [];
  readonly routes = new Map<string, Route>();
  readonly logger: Logger;
  readonly classicEcho = "auto";
  readonly debugPages = true;
  readonly services = (): readonly AnyService[] => [Echo];

  constructor(limits: Partial<Limits & KeepaliveTimes> = {}) {
    ({ keepaliveInterval: this.keepaliveInterval, keepaliveTimeout: this.keepaliveTimeout } =
      keepaliveTimes(limits));
    this.limits = resolveLimits(serverLimits, limits);
    const log = (message: string): void => void this.logged.push(message);
    this.logger = { warn: log, error: log };
  }

  on(method: Unary<string, string>, run: Run): this {
    this.routes.set(method.path, {
      method,
      run(call, request) {
        call.entered = true;
        run(call, request as string);
      },
    });
    return this;
  }

  find(path: string): Route | undefined {
    return this.routes.get(path);
  }

  explainMissing(path: string): string {
    return `nothing is registered under ${path}`;
  }

  onHandshake(): void {
    // The tests hold the connection.
  }

  onRefused(): void {
    // So does their peer.
  }

  onClosed(connection: ServedConnection): void {
    this.closed.push(connection);
  }
}

/** Answers with the request, at once. */
export const echo: Run = (call, request) => {
  call.answer(request);
  call.release();
};

/** A server's connection whose peer is the test. */
export function serve(host: TestHost, option: Option = defaultOption): [ScriptedPeer, MuxServerConnection] {
  const peer = new ScriptedPeer();
  const connection = new MuxServerConnection(peer, { address: "test" }, host, protoCodec, option);
  connection.start(new Uint8Array(0));
  return [peer, connection];
}

/** A channel of one connection: what it cannot send it lists. */
export class TestOwner implements ConnectionOwner, CallHolder {
  readonly target = "test";
  readonly events: string[] = [];
  readonly returned: PendingCall[] = [];
  readonly refused: PendingCall[] = [];

  onRoom(): void {
    this.events.push("room");
  }

  onGoingAway(): void {
    this.events.push("going away");
  }

  onReturned(call: PendingCall): void {
    call.holder = this;
    this.returned.push(call);
  }

  onClosed(_connection: Connection, reason: RpcError): void {
    this.events.push(`closed: ${reason.rawMessage}`);
  }

  abandon(): Sent {
    return "no";
  }

  waitingFor(): string {
    return "waiting in the test";
  }

  /** Calls over the connection. */
  call(
    connection: MuxClientConnection,
    value: string,
    options?: CallOptions,
    method: Unary<string, string> = Echo.methods.say,
  ): Promise<string> {
    const promise = new Promise<string>((resolve, reject) => {
      const call = new PendingCall(this, method, value, options, Infinity, resolve, reject);
      if (call.begin() && !connection.send(call, call.started)) this.refused.push(call);
    });
    // Not each test looks at each call.
    promise.catch(() => {});
    return promise;
  }
}

/** A channel's connection whose peer is the test. */
export function dial(
  owner: TestOwner,
  limits: Partial<Limits & KeepaliveTimes> = {},
  server: Partial<PeerLimits> = {},
  ids: CallIds = new CallIds(),
): [ScriptedPeer, MuxClientConnection] {
  const peer = new ScriptedPeer();
  const options: OpenOptions = {
    target: "test",
    codec: protoCodec,
    limits: resolveLimits(channelLimits, limits),
    connectTimeout: Infinity,
    handleTimeout: Infinity,
    ...keepaliveTimes(limits),
  };
  const option = { ...defaultOption, accepts: { ...serverLimits, ...server } };
  const connection = new MuxClientConnection(peer, options, owner, option, ids);
  connection.start(new Uint8Array(0));
  return [peer, connection];
}

/** A RESPONSE's payload: OK, no trailers, then a text. */
export function response(value: string): Buffer {
  return Buffer.concat([Buffer.of(0, 0), body(value)]);
}

/** A GOAWAY's payload. */
export function goaway(last: number, code: number, reason: string): Buffer {
  const payload = Buffer.concat([
    Buffer.alloc(4),
    Buffer.of(code),
    varint(reason.length),
    Buffer.from(reason),
  ]);
  payload.writeUInt32BE(last);
  return payload;
}

/** A REQUEST's payload: the method as it goes on the wire, the timeout, no metadata, then a text. */
export function request(method: string | number, value: string, timeout = 0): Buffer {
  const reference =
    typeof method === "number"
      ? varint((method << 1) | 1)
      : Buffer.concat([varint(method.length << 1), Buffer.from(method)]);
  return Buffer.concat([reference, varint(timeout), Buffer.of(0), body(value)]);
}

/** A text as a body. */
export function body(value: string): Buffer {
  const bytes = Buffer.from(value);
  return bytes.length === 0 ? bytes : Buffer.concat([Buffer.of(10), varint(bytes.length), bytes]);
}

export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}
