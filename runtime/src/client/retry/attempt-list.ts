import type { FailedAttempt, RpcError, Sent } from "../../errors.ts";

/** Attempts that an error lists. */
const longestList = 8;
/** Characters of a message in the list. */
const longestMessage = 200;

const ranks: Readonly<Record<Sent, number>> = { no: 0, maybe: 1, yes: 2 };

/** The attempts of one call that have failed. */
export class AttemptList {
  readonly #started: number;
  readonly #failed: FailedAttempt[] = [];
  #last: RpcError | undefined;
  #sent: Sent = "no";

  /** @param started - when the call began, on the monotonic clock */
  constructor(started: number) {
    this.#started = started;
  }

  /** How far any of them got. */
  get sent(): Sent {
    return this.#sent;
  }

  /** Whether the request of some attempt may have reached a handler. */
  saw(sent: Sent | undefined): void {
    const own = sent ?? "maybe";
    if (ranks[own] > ranks[this.#sent]) this.#sent = own;
  }

  /** @param time - when it failed, on the monotonic clock */
  add(error: RpcError, address: string, time: number): void {
    this.#last = error;
    this.saw(error.sent);
    // A layer below made several attempts of this one.
    if (error.attempts !== undefined) this.#failed.push(...error.attempts);
    else this.#failed.push(describe(error, address, time - this.#started));
  }

  /**
   * Makes an error the call's: it lists the attempts, and its `sent` speaks for all of them. The error of a single attempt
   * remains as it is.
   */
  conclude(error: RpcError): RpcError {
    this.saw(error.sent);
    const isOnly = this.#failed.length < 2 && (this.#last === undefined || this.#last === error);
    if (isOnly && this.#sent === (error.sent ?? "maybe")) return error;
    if (isOnly) return Object.assign(error, { sent: this.#sent });
    const plain = error.attempts === undefined ? error.message : withoutList(error.message, error.attempts);
    const attempts = this.#failed.slice(-longestList);
    // It is the call's own, fresh from the connection: nobody else has it.
    return Object.assign(error, { message: plain + listOf(attempts), attempts, sent: this.#sent });
  }
}

function describe(error: RpcError, address: string, ms: number): FailedAttempt {
  const { code, rawMessage } = error;
  const message =
    rawMessage.length > longestMessage ? `${rawMessage.slice(0, longestMessage - 1)}…` : rawMessage;
  return { address, ms: Math.round(ms), code, message };
}

function listOf(attempts: readonly FailedAttempt[]): string {
  const each = attempts.map(
    ({ address, ms, code, message }) => `${address} after ${ms} ms: ${code} ${message}`,
  );
  return ` (failed attempts: ${each.join("; ")})`;
}

function withoutList(message: string, attempts: readonly FailedAttempt[]): string {
  return message.slice(0, -listOf(attempts).length);
}
