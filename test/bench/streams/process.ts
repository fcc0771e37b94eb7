/** A measured process: `node process.js server <peer>` or `node process.js client <peer> <address>`. */
import { answer, listening, say } from "../answering.ts";
import type { Command, Reply } from "../measured-process.ts";
import { peerModule } from "../peer-module.ts";
import { Count, messages } from "./message.ts";
import type { Connect, Serve } from "./peer.ts";

/** A client's: receives a stream for so long, and checks every message. */
export interface ReceiveCommand extends Command {
  readonly do: "receive";
  readonly bytes: number;
  readonly milliseconds: number;
}
export interface ReceiveReply extends Reply {
  readonly kind: "received";
  readonly messages: number;
  readonly seconds: number;
}

const [side, peer, address] = process.argv.slice(2);
if (side === "server") {
  const { serve } = await peerModule<{ serve: Serve }>(`${peer}/server`);
  answer(({ do: what }) => {
    throw new Error(`a server does not ${what}`);
  });
  listening(await serve(messages));
} else {
  const { connect } = await peerModule<{ connect: Connect }>(`${peer}/client`);
  const receive = await connect(address!);
  answer<ReceiveCommand>(async ({ bytes, milliseconds }): Promise<ReceiveReply> => {
    const count = new Count(bytes, milliseconds);
    const start = performance.now();
    await receive(bytes, count);
    return {
      kind: "received",
      messages: count.messages,
      seconds: (performance.now() - start) / 1_000,
    };
  });
  say({ kind: "connected" });
}
