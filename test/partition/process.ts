/** `node partition.js server <address>` or `node partition.js client <address>`, told what to do over the IPC channel. */
import { connect, type RpcError, type Sent, Server } from "@gorpc/runtime";
import { Arith, ArithClient } from "../e2e/arith.gorpc.ts";
import { handlersWith } from "../e2e/handlers.ts";

/** In ms: what a peer's silence may last, and its answer may take. */
const keepalive = { keepaliveInterval: 300, keepaliveTimeout: 300 };

/** A client's: which call to make. A server's: to tell how it stands. */
export interface Command {
  readonly id: number;
  readonly what: "slow" | "watch" | "talk" | "ping" | "state";
}

export type Reply =
  | { readonly kind: "ready" }
  /** The first answer of a stream is there. */
  | { readonly kind: "streaming"; readonly id: number }
  | { readonly kind: "end"; readonly id: number; readonly result: CallResult }
  | { readonly kind: "state"; readonly id: number; readonly state: ServerState };

export interface CallResult {
  /** OK where it succeeded. */
  readonly code: string;
  readonly sent: Sent | undefined;
  readonly message: string;
}

export interface ServerState {
  readonly connections: number;
  /** Handlers that run, and those whose signal has fired. */
  readonly running: number;
  readonly aborted: number;
}

function reply(message: Reply): void {
  process.send!(message);
}

async function serve(address: string): Promise<void> {
  let running = 0;
  let aborted = 0;
  const during = async (signal: AbortSignal): Promise<void> => {
    running++;
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    running--;
    aborted++;
    signal.throwIfAborted();
  };
  const server = new Server(keepalive);
  server.register(
    Arith,
    handlersWith({
      slow: async (_takes, { signal }) => {
        await during(signal);
        return "never";
      },
      async *countTo(_limit, { signal }) {
        const end = during(signal).catch(() => {});
        for (let i = 1; !signal.aborted; i++) {
          yield i;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        await end;
      },
      async *chat(lines, { signal }) {
        const end = during(signal).catch(() => {});
        for await (const line of lines) yield line;
        await end;
      },
    }),
  );
  await server.listen(address);
  process.on("message", ({ id }: Command) =>
    reply({ kind: "state", id, state: { connections: server.connections, running, aborted } }),
  );
  reply({ kind: "ready" });
}

async function call(address: string): Promise<void> {
  const arith = new ArithClient(await connect(address, { ...keepalive, connectTimeout: 500 }));
  process.on("message", ({ id, what }: Command) => {
    make(arith, what, () => reply({ kind: "streaming", id })).then(
      () => reply({ kind: "end", id, result: { code: "OK", sent: undefined, message: "" } }),
      (error: unknown) => {
        const { code, sent, message } = error as RpcError;
        reply({ kind: "end", id, result: { code, sent, message } });
      },
    );
  });
  reply({ kind: "ready" });
}

async function make(arith: ArithClient, what: Command["what"], onFirst: () => void): Promise<void> {
  switch (what) {
    case "slow":
      return void (await arith.slow(0, { timeout: 60_000 }));
    case "ping":
      return arith.ping({ timeout: 1_000 });
    case "watch":
      return readAll(arith.countTo(1), onFirst);
    case "talk":
      return readAll(arith.chat(lines()), onFirst);
    case "state":
      throw new Error("a client has no state to tell");
  }
}

async function readAll(stream: AsyncIterable<unknown>, onFirst: () => void): Promise<void> {
  const answers = stream[Symbol.asyncIterator]();
  for (let count = 0; (await answers.next()).done !== true; count++) if (count === 0) onFirst();
}

/** One line, and silence. */
async function* lines(): AsyncGenerator<string> {
  yield "hello";
  await new Promise(() => {});
}

process.on("disconnect", () => process.exit());
const [role, address] = process.argv.slice(2);
await (role === "server" ? serve(address!) : call(address!));
