// Somebody who talks: `tsx client.ts <the server's address> <room> <name>`. Says each line of its input, prints what
// happens in the room, and leaves when its input ends.
import { createInterface } from "node:readline";
import { connect } from "@gorpc/runtime";
import { type Action, ChatClient, type Event, NameTaken } from "./chat.gorpc.ts";

const [address = "tcp://127.0.0.1:9000", room = "tea", name = "ann"] = process.argv.slice(2);

async function* actions(): AsyncGenerator<Action> {
  yield { kind: "enter", value: { room, name } };
  for await (const text of createInterface(process.stdin)) yield { kind: "say", value: text };
}

function describe(event: Event): string {
  switch (event.kind) {
    case "welcome":
      return event.value.members.length === 0
        ? `${room} is empty`
        : `in ${room}: ${event.value.members.join(", ")}`;
    case "entered":
      return `${event.value} came in`;
    case "left":
      return `${event.value} left`;
    case "said":
      return `${event.value.name}: ${event.value.text}`;
    case "unknown":
      return `something that this client does not know (${event.number})`;
  }
}

const channel = await connect(address);
try {
  for await (const event of new ChatClient(channel).talk(actions())) console.log(describe(event));
} catch (error) {
  if (!(error instanceof NameTaken)) throw error;
  console.log(`there is a ${error.taken} in ${error.room} already (${error.code})`);
}
process.stdin.destroy();
await channel.close();
