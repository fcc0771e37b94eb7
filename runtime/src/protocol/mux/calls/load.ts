import { now } from "../../../clock.ts";
import type { ServerHost } from "../../protocol.ts";
import { Kind } from "../frames/frame.ts";
import { readNumber } from "../frames/number.ts";
import type { Output } from "../output/output.ts";

/** How long a server's load is believed, in ms: it says so with answers alone, and who avoids it gets none. */
const loadHolds = 2_000;

/** The server's side: each value goes out once, where there is an answer to go with. */
export class SentLoad {
  readonly #output: Output;
  readonly #host: Pick<ServerHost, "load">;
  /** Of the value that was sent last. */
  #period = 0;

  constructor(output: Output, host: Pick<ServerHost, "load">) {
    this.#output = output;
    this.#host = host;
  }

  /** Writes the value ahead of an answer, unless the client has it. */
  write(): void {
    const { period, thousandths } = this.#host.load;
    if (period === this.#period) return;
    this.#period = period;
    this.#output.short(Kind.LOAD, 0, thousandths);
  }
}

/** The client's side: what the server said last. */
export class ReceivedLoad {
  #value: number | undefined;
  #at = 0;

  /** As `Connection.load` gives it. */
  get value(): number | undefined {
    return now() - this.#at > loadHolds ? undefined : this.#value;
  }

  /** @throws DecodeError where the frame ends early */
  read(bytes: Uint8Array, start: number, end: number): void {
    this.#value = readNumber(bytes, start, end) / 1_000;
    this.#at = now();
  }
}
