import { createSocket, type Socket } from "node:dgram";

const types = { A: 1, AAAA: 28, SRV: 33 };

export type RecordType = keyof typeof types;

/** A record of an answer: an address, or `priority weight port target`. */
export interface NameRecord {
  readonly type: RecordType;
  /** In s. */
  readonly ttl: number;
  readonly data: string;
}

/** What becomes of a question: records, the code of a failure (2 SERVFAIL, 3 NXDOMAIN), bytes that are no answer, or nothing. */
export type NameAnswer = readonly NameRecord[] | number | Buffer | "silence";

/** A name server of a test's own. */
export class NameServer {
  /** Who was asked for, in turn: `A orders.test`. */
  readonly questions: string[] = [];
  readonly #socket: Socket;
  #answer: (type: RecordType, name: string) => NameAnswer = () => 3;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("message", (message, { port, address }) => {
      const reply = this.#reply(message);
      if (reply !== undefined) socket.send(reply, port, address);
    });
  }

  static async start(): Promise<NameServer> {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    return new NameServer(socket);
  }

  /** As clients are told. */
  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  /** From now on, questions are answered so; records of other types than the one asked for are left out. */
  answer(answer: (type: RecordType, name: string) => NameAnswer): void {
    this.#answer = answer;
  }

  close(): void {
    this.#socket.close();
  }

  #reply(message: Buffer): Buffer | undefined {
    const labels: string[] = [];
    let at = 12;
    for (; message[at] !== 0; at += message[at]! + 1)
      labels.push(message.toString("latin1", at + 1, at + 1 + message[at]!));
    const name = labels.join(".");
    const number = message.readUInt16BE(at + 1);
    const type = (Object.keys(types) as RecordType[]).find((each) => types[each] === number)!;
    this.questions.push(`${type} ${name}`);
    const answer = this.#answer(type, name);
    if (answer === "silence") return undefined;
    if (Buffer.isBuffer(answer)) return answer;
    const records = typeof answer === "number" ? [] : answer.filter((each) => each.type === type);
    return Buffer.concat([
      message.subarray(0, 2),
      // An authoritative answer to a question that wants recursion; one question comes back with it.
      Buffer.from([
        0x85,
        0x80 | (typeof answer === "number" ? answer : 0),
        0,
        1,
        0,
        records.length,
        0,
        0,
        0,
        0,
      ]),
      message.subarray(12, at + 5),
      ...records.map(encode),
    ]);
  }
}

function encode({ type, ttl, data }: NameRecord): Buffer {
  const head = Buffer.from([0xc0, 12, 0, types[type], 0, 1, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(ttl, 6);
  const content = contentOf(type, data);
  head.writeUInt16BE(content.length, 10);
  return Buffer.concat([head, content]);
}

function contentOf(type: RecordType, data: string): Buffer {
  if (type === "A") return Buffer.from(data.split(".").map(Number));
  // Written out: eight groups.
  if (type === "AAAA")
    return Buffer.from(
      data
        .split(":")
        .map((each) => each.padStart(4, "0"))
        .join(""),
      "hex",
    );
  const [priority, weight, port, target] = data.split(" ") as [string, string, string, string];
  const numbers = Buffer.alloc(6);
  [priority, weight, port].forEach((each, i) => numbers.writeUInt16BE(Number(each), 2 * i));
  const labels = target.split(".").map((label) => Buffer.from([label.length, ...Buffer.from(label)]));
  return Buffer.concat([numbers, ...labels, Buffer.from([0])]);
}
