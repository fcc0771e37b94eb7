import fc from "fast-check";
import { Duplex } from "node:stream";
import { expect, it } from "vitest";
import { wrapper } from "../../codec/wrapper.ts";
import { protoCodec } from "../../codec/proto.ts";
import { RpcError } from "../../errors.ts";
import { channelLimits, keepaliveTimes } from "../../limits.ts";
import type { Body } from "../../schema/body.ts";
import { service, unary } from "../../schema/service.ts";
import { PendingCall } from "../pending-call.ts";
import type { ServerCall } from "../server-call.ts";
import { MuxClientConnection } from "./client.ts";
import { defaultOption, TestHost, TestOwner } from "./connection.fixture.ts";
import { turn } from "./scripted-peer.fixture.ts";
import { MuxServerConnection } from "./server.ts";

/** A value that does something while it is encoded. */
interface Thing {
  readonly text: string;
  readonly act?: (() => void) | undefined;
}

const thing: Body<Thing> = wrapper<Thing>({
  type: () => "string",
  write(writer, { text, act }) {
    const half = text.length >> 1;
    writer.byte(10).string(text.slice(0, half));
    act?.();
    writer.byte(18).string(text.slice(half));
  },
  read(reader, end) {
    let text = "";
    while (reader.pos < end) {
      reader.uint32();
      text += reader.string();
    }
    return { text };
  },
});

const { methods } = service("test.Things", () => ({
  say: unary(
    "Say",
    () => thing,
    () => thing,
  ),
}));

/** One end of a connection that cuts what goes through it into other chunks, and dies after so many bytes. */
class Wire extends Duplex {
  #far: Wire | undefined;
  readonly #cuts: readonly number[];
  #next = 0;
  #left: number;

  constructor(cuts: readonly number[], left: number) {
    super();
    this.#cuts = cuts;
    this.#left = left;
  }

  static pair(cuts: readonly number[], life: number): readonly [Wire, Wire] {
    const [near, far] = [new Wire(cuts, life), new Wire(cuts, Infinity)];
    near.#far = far;
    far.#far = near;
    return [near, far];
  }

  override _read(): void {
    // The far end pushes.
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const size = Math.min(chunk.length, this.#left);
    this.#left -= size;
    for (let at = 0; at < size;) {
      const end = Math.min(size, at + this.#cuts[this.#next++ % this.#cuts.length]!);
      this.#far!.push(Buffer.from(chunk.subarray(at, end)));
      at = end;
    }
    if (this.#left > 0) return void setImmediate(done);
    this.destroy(new Error("the wire is cut"));
    this.#far!.destroy();
  }
}

/** What a value does when it is encoded. */
const acts = [
  "nothing",
  "throw",
  "abort itself",
  "call elsewhere",
  "call here",
  "abort another",
  "destroy",
] as const;
/** What the handler does. */
const answers = ["at once", "in a turn", "late", "fail"] as const;

interface CallStep {
  readonly kind: "call";
  readonly on: number;
  readonly size: number;
  readonly act: (typeof acts)[number];
  readonly answer: number;
}
type Step =
  | CallStep
  | { readonly kind: "abort"; readonly call: number }
  | { readonly kind: "turn" }
  | { readonly kind: "drain"; readonly on: number };

const connections = 3;
const on = fc.nat(connections - 1);
const size = fc.oneof({ weight: 8, arbitrary: fc.nat(300) }, { weight: 1, arbitrary: fc.nat(400_000) });
const act = fc.oneof(
  { weight: 6, arbitrary: fc.constant("nothing" as const) },
  { weight: 6, arbitrary: fc.constantFrom(...acts) },
);
const call = fc.record({
  kind: fc.constant("call" as const),
  on,
  size,
  act,
  answer: fc.nat(answers.length - 1),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: call },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("abort" as const), call: fc.nat(100) }) },
  { weight: 2, arbitrary: fc.constant({ kind: "turn" as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("drain" as const), on }) },
);
/** Sizes of chunks: of single bytes alone there would be too many. */
const cuts = fc
  .array(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1_000, max: 70_000 })), { maxLength: 4 })
  .map((sizes) => [...sizes, 5_000]);
const life = fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 200_000 }));
const lives = fc.array(life, { minLength: connections, maxLength: connections });

interface Made {
  readonly text: string;
  readonly abort: AbortController;
  readonly outcome: Promise<{ readonly value: Thing } | { readonly error: RpcError }>;
  isSettled: boolean;
}

/** Connections with a server each, and all calls made on them. */
class World {
  readonly made: Made[] = [];
  /** Texts that a handler has had. */
  readonly seen: string[] = [];
  readonly links: { readonly client: MuxClientConnection; readonly server: MuxServerConnection }[];
  readonly #owner = new TestOwner();
  #late: (() => void)[] = [];
  /** Calls, each of which has a text of its own. */
  #begun = 0;

  constructor(cuts: readonly number[], lives: readonly number[]) {
    this.links = lives.map((life) => this.#link(Wire.pair(cuts, life)));
  }

  #link([near, far]: readonly [Wire, Wire]): World["links"][number] {
    const host = new TestHost();
    const run = (call: ServerCall, request: unknown): void => this.#run(call, (request as Thing).text);
    host.routes.set(methods.say.path, { method: methods.say, run });
    const server = new MuxServerConnection(far, { address: "test" }, host, protoCodec, defaultOption);
    server.start(new Uint8Array(0));
    const options = {
      target: "test",
      codec: protoCodec,
      limits: channelLimits,
      connectTimeout: Infinity,
      handleTimeout: Infinity,
      ...keepaliveTimes({}),
    };
    const client = new MuxClientConnection(near, options, this.#owner, defaultOption);
    client.start(new Uint8Array(0));
    return { client, server };
  }

  #run(call: ServerCall, text: string): void {
    call.entered = true;
    this.seen.push(text);
    const finish = (): void => {
      call.answer({ text });
      call.release();
    };
    const answer = answers[Number(text[0])]!;
    if (answer === "at once") finish();
    else if (answer === "in a turn") setImmediate(finish);
    else if (answer === "late") this.#late.push(finish);
    else {
      call.refuse(new RpcError("NOT_FOUND", "as asked for"));
      call.release();
    }
  }

  do(step: Step): Promise<void> | undefined {
    if (step.kind === "turn") return turn();
    if (step.kind === "call") this.call(step);
    else if (step.kind === "abort") this.made[step.call]?.abort.abort();
    else this.links[step.on]!.client.drain();
    return undefined;
  }

  /** @param depth - of calls that calls make */
  call({ on, size, act, answer }: Omit<CallStep, "kind">, depth = 0): void {
    // Not the length of `made`: a call that is made while this one's request is encoded is there before it.
    const index = this.#begun++;
    const text = `${answer} ${index} ${"x".repeat(size)}`;
    const abort = new AbortController();
    const { client } = this.links[on]!;
    const further = (on: number): void => {
      if (depth < 2) this.call({ on, size: size >> 1, act: "nothing", answer }, depth + 1);
    };
    const actions: Record<(typeof acts)[number], () => void> = {
      nothing: () => {},
      throw: () => {
        throw new Error("thrown by a value");
      },
      "abort itself": () => abort.abort(),
      "call elsewhere": () => further((on + 1) % connections),
      "call here": () => further(on),
      "abort another": () => this.made[index >> 1]?.abort.abort(),
      destroy: () => client.destroy(new RpcError("UNAVAILABLE", "a value ended it")),
    };
    const answered = new Promise<Thing>((resolve, reject) => {
      const { signal } = abort;
      const request = { text, act: actions[act] };
      const call = new PendingCall(this.#owner, methods.say, request, { signal }, Infinity, resolve, reject);
      if (call.begin() && !client.send(call, call.started))
        call.failWith("UNAVAILABLE", "no connection took it", { sent: "no" });
    });
    const outcome = answered.then(
      (value) => {
        if (index % 7 === 0) further(on);
        return { value };
      },
      (error: RpcError) => ({ error }),
    );
    const made = { text, abort, outcome, isSettled: false };
    this.made.push(made);
    void outcome.then(() => (made.isSettled = true));
  }

  /** Lets everything come to its end. */
  async settle(): Promise<void> {
    for (let round = 0; round < 200; round++) {
      await turn();
      const late = this.#late;
      this.#late = [];
      for (const finish of late) finish();
      if (late.length === 0 && this.made.every(({ isSettled }) => isSettled)) return;
    }
  }
}

/** What a call ended with must be true. */
async function check({ text, abort, isSettled, outcome }: Made, seen: number): Promise<void> {
  const name = text.slice(0, 20);
  expect(isSettled, name).toBe(true);
  expect(seen, name).toBeLessThanOrEqual(1);
  const ended = await outcome;
  if ("value" in ended) return expect(ended.value.text === text, name).toBe(true);
  const { error } = ended;
  expect(error, name).toBeInstanceOf(RpcError);
  if (error.sent === "no") expect(seen, error.message).toBe(0);
  if (error.sent === "yes") expect(seen, error.message).toBe(1);
  if (error.code === "CANCELLED") expect(abort.signal.aborted, error.message).toBe(true);
  expect(error.message).not.toMatch(/broke the protocol|does not decode/);
}

it("calls end as they went, among values that throw, abort, call and destroy, on connections that die anywhere", async () => {
  const property = fc.asyncProperty(
    fc.array(step, { minLength: 1, maxLength: 120 }),
    cuts,
    lives,
    async (steps, cuts, lives) => {
      const world = new World(cuts, lives);
      for (const step of steps) await world.do(step);
      await world.settle();
      for (const made of world.made)
        await check(made, world.seen.filter((text) => text === made.text).length);
      for (const { client, server } of world.links) {
        expect(client.inFlight).toBe(0);
        if (client.isOpen) expect([server.inFlight, client.unsent]).toEqual([0, 0]);
        client.destroy(new RpcError("UNAVAILABLE", "the test is over"));
      }
      await turn();
      for (const { server } of world.links) expect(server.inFlight).toBe(0);
    },
  );
  await fc.assert(property, { numRuns: 100 });
}, 60_000);
