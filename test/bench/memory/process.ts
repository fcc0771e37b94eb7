/** A measured process: `node process.js server <peer>` or `node process.js client <peer> <address>`; the peer `-` is a bare socket. */
import { answer, listening, say } from "../answering.ts";
import { request, verify } from "../calls/message.ts";
import type { Connect, Echo, Serve } from "../calls/peer.ts";
import { heldBytes } from "../../hostile/memory.ts";
import type { Command, Reply } from "../measured-process.ts";
import { peerModule } from "../peer-module.ts";
import * as bareSocket from "./bare-socket.ts";

export type MemoryCommand = Command &
  (
    | { readonly do: "held" }
    /** A client's: so many more connections, a burst of calls on each. */
    | { readonly do: "connect"; readonly count: number }
    /** A client's: so many more calls on its first connection, which the server does not answer. */
    | { readonly do: "call"; readonly count: number }
  );
export interface HeldReply extends Reply {
  readonly kind: "held";
  /** On the heap, in buffers and in what else native code has told the engine of, without garbage. */
  readonly bytes: number;
  /** Of the whole process. */
  readonly resident: number;
  /** A server's: calls that it does not answer. */
  readonly calls: number;
}

/** Calls of this user are never answered. */
const nobody = "nobody";
const bare = "-";
let unanswered = 0;

async function held(): Promise<HeldReply> {
  await heldBytes();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { kind: "held", bytes: heapUsed + external, resident: rss, calls: unanswered };
}

/** Calls at once on each connection, before it is idle: what it grows for them, it may keep. */
const burst = 64;

async function used(echo: Echo): Promise<Echo> {
  const messages = Array.from({ length: burst }, (_, i) => request(i + 1));
  const answers = await Promise.all(messages.map((message) => echo(message)));
  messages.forEach((message, i) => verify(message, answers[i]!));
  return echo;
}

async function sideOf<Module>(side: "server" | "client"): Promise<Module> {
  return peer === bare ? (bareSocket as Module) : peerModule<Module>(`${peer}/${side}`);
}

const [side, peer, address] = process.argv.slice(2);
if (side === "server") {
  const { serve } = await sideOf<{ serve: Serve }>("server");
  answer(held);
  const never = new Promise<never>(() => undefined);
  listening(
    await serve(async (message) => {
      if (message.user !== nobody) return message;
      unanswered++;
      return never;
    }),
  );
} else {
  const { connect } = await sideOf<{ connect: Connect }>("client");
  const echoes = [await used(await connect(address!))];
  const calls: Promise<unknown>[] = [];
  answer<MemoryCommand>(async (command) => {
    if (command.do === "connect") {
      for (let i = 0; i < command.count; i++) echoes.push(await used(await connect(address!)));
    } else if (command.do === "call") {
      for (let i = 0; i < command.count; i++) {
        const message = request(calls.length + 1);
        message.user = nobody;
        calls.push(echoes[0]!(message));
      }
    }
    return held();
  });
  say({ kind: "connected" });
}
