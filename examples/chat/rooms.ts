import { type Entrance, type Event, NameTaken, type Room } from "./chat.gorpc.ts";
import { Mailbox } from "./mailbox.ts";

/** Events that a member may be behind. */
const patience = 1_000;

/** Who is where. A room is there as long as somebody is in it. */
export class Rooms {
  readonly #rooms = new Map<string, Map<string, Mailbox<Event>>>();

  list(): Room[] {
    return [...this.#rooms].map(([name, members]) => ({ name, members: [...members.keys()] }));
  }

  /** @throws NameTaken */
  enter({ room, name }: Entrance): Member {
    const members = this.#rooms.get(room) ?? new Map<string, Mailbox<Event>>();
    if (members.has(name)) throw new NameTaken({ room, taken: name });
    const mailbox = new Mailbox<Event>(patience);
    mailbox.put({ kind: "welcome", value: { name: room, members: [...members.keys()] } });
    this.#rooms.set(room, members.set(name, mailbox));
    const tell = (event: Event): void => {
      for (const each of members.values()) each.put(event);
    };
    const leave = (): void => {
      members.delete(name);
      if (members.size === 0) this.#rooms.delete(room);
      tell({ kind: "left", value: name });
    };
    tell({ kind: "entered", value: name });
    return { mailbox, leave, say: (text) => tell({ kind: "said", value: { name, text } }) };
  }
}

/** Somebody in a room. */
export interface Member {
  /** What happens there. */
  readonly mailbox: Mailbox<Event>;
  say(text: string): void;
  leave(): void;
}
