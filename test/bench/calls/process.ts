/** A measured process: `node process.js server <peer>` or `node process.js client <peer> <address>`. */
import { answer, listening, say } from "../answering.ts";
import type { Command, Reply } from "../measured-process.ts";
import { peerModule } from "../peer-module.ts";
import { load, type Load } from "./load.ts";
import type { Connect, Serve } from "./peer.ts";

/** A client's: calls for so long, and checks every answer. */
export interface LoadCommand extends Command {
  readonly do: "load";
  readonly inFlight: number;
  readonly milliseconds: number;
}
export interface LoadReply extends Reply, Load {
  readonly kind: "load";
}

const [side, peer, address] = process.argv.slice(2);
if (side === "server") {
  const { serve } = await peerModule<{ serve: Serve }>(`${peer}/server`);
  answer(({ do: what }) => {
    throw new Error(`a server does not ${what}`);
  });
  listening(await serve(async (message) => message));
} else {
  const { connect } = await peerModule<{ connect: Connect }>(`${peer}/client`);
  const echo = await connect(address!);
  answer<LoadCommand>(async ({ inFlight, milliseconds }): Promise<LoadReply> => {
    return { kind: "load", ...(await load(echo, inFlight, milliseconds)) };
  });
  say({ kind: "connected" });
}
