import { type StatusCode, statusNumbers } from "../../errors.ts";
import { lingerTime } from "../../limits.ts";
import { Kind } from "./frame.ts";
import type { Output } from "./output.ts";
import { wellFormed } from "./response.ts";

/** Characters of the reason that are sent. */
const maxReason = 1024;

/** How a server takes leave of a connection. */
export class Farewell {
  readonly #output: Output;
  readonly #onOverdue: () => void;
  #linger: NodeJS.Timeout | undefined;
  #isOver = false;

  /** @param onOverdue - called where the peer does not close in time */
  constructor(output: Output, onOverdue: () => void) {
    this.#output = output;
    this.#onOverdue = onOverdue;
  }

  /** @param lastAccepted - the id of the last call that is, or may have been, run */
  writeGoaway(code: StatusCode, reason: string, lastAccepted: number): void {
    const { writer } = this.#output;
    const start = this.#output.begin(Kind.GOAWAY, 0);
    writer.byte(lastAccepted >>> 24).byte(lastAccepted >>> 16);
    writer.byte(lastAccepted >>> 8).byte(lastAccepted);
    writer.byte(statusNumbers[code]).string(wellFormed(reason.slice(0, maxReason)));
    this.#output.finish(start);
  }

  /**
   * Half-closes behind everything written. The peer's end is waited for once that has left, however long it takes to read it: a socket
   * that is closed with unread requests would be reset, and lose it.
   */
  halfClose(): void {
    this.#output.end(() => this.startLinger());
  }

  /** Waits for the peer's end no longer than it may take. */
  startLinger(): void {
    if (!this.#isOver) this.#linger ??= setTimeout(this.#onOverdue, lingerTime);
  }

  /** The connection is closed. */
  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#linger);
  }
}
