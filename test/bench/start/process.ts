/** What is timed: `node process.js <peer> <address>` connects, makes one call, checks the answer and ends. */
import { request, verify } from "../calls/message.ts";
import type { Connect } from "../calls/peer.ts";
import { peerModule } from "../peer-module.ts";

const [peer, address] = process.argv.slice(2);
const { connect } = await peerModule<{ connect: Connect }>(`${peer}/client`);
const echo = await connect(address!);
const message = request(1);
verify(message, await echo(message));
process.exit();
