// The server: `tsx server.ts [address]`.
import { RpcError, Server } from "@gorpc/runtime";
import { type Action, Chat } from "./chat.gorpc.ts";
import { type Member, Rooms } from "./rooms.ts";

const [listenAt = "tcp://127.0.0.1:0"] = process.argv.slice(2);
const rooms = new Rooms();

const server = new Server();
server.register(Chat, {
  rooms: () => rooms.list(),

  async *talk(actions) {
    const coming = actions[Symbol.asyncIterator]();
    const member = await enter(coming);
    void listen(coming, member);
    try {
      // Pulled as the client reads; ends with the client's last action, or with the client.
      yield* member.mailbox;
    } finally {
      member.leave();
    }
  },
});

async function enter(actions: AsyncIterator<Action>): Promise<Member> {
  const first = await actions.next();
  if (first.done !== true && first.value.kind === "enter") return rooms.enter(first.value.value);
  throw new RpcError("FAILED_PRECONDITION", "the first action must be to enter a room");
}

/** Says what the client sends, until it sends no more. */
async function listen(actions: AsyncIterator<Action>, member: Member): Promise<void> {
  try {
    for (let next = await actions.next(); next.done !== true; next = await actions.next()) {
      if (next.value.kind === "say") member.say(next.value.value);
    }
    member.mailbox.end();
  } catch (error) {
    // The client is gone, or what it sent cannot be read.
    member.mailbox.end(error as RpcError);
  }
}

console.log(await server.listen(listenAt));
process.once("SIGTERM", () => void server.close({ drain: 2_000 }));
