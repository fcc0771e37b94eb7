import type { Codec } from "../../../codec/codec.ts";
import type { Body } from "../../../schema/body.ts";
import type { Pulled } from "../../stream-call.ts";
import { Flag, headerBytes, Kind } from "../frames/frame.ts";
import type { LargeMessage } from "../output/large-messages.ts";
import type { Output } from "../output/output.ts";

/** What an outgoing stream needs of its connection. */
export interface OutgoingOwner {
  readonly output: Output;
  readonly codec: Codec;
  /** What the peer accepts. */
  readonly maxMessageBytes: number;
  /** Whether a message may begin now; where it is not for the stream's own credit, `pump` is called when it may. */
  mayBegin(outgoing: Outgoing): boolean;
  /** A message has begun; or, negative, what was left of one will never be sent. */
  spend(bytes: number): void;
  /** It waits for nothing any more. */
  forget(outgoing: Outgoing): void;
}

/** How an outgoing stream came to its end. */
export interface OutgoingEvents {
  /** The last message is written. */
  readonly onEnd: () => void;
  /** The iterator threw. */
  readonly onFailed: (error: unknown) => void;
  /** The iterator gave what cannot be sent. */
  readonly onUnsendable: (error: Error) => void;
  /** It was stopped, and the iterator has finished; with what it threw then. May be called again. */
  readonly onStopped: (error?: unknown) => void;
}

type Result = IteratorResult<unknown>;

/**
 * The sender's end of one direction of a stream. It pulls a value when the peer has room for a message, so that nothing piles up:
 * whoever makes the values is as fast as whoever reads them.
 */
export class Outgoing {
  /** What the peer lets this stream send; below zero where the last message took more than there was. */
  credit: number;
  readonly #owner: OutgoingOwner;
  readonly #id: number;
  readonly #body: Body<unknown>;
  readonly #values: Pulled<unknown>;
  readonly #events: OutgoingEvents;
  #pulling = false;
  #finished = false;
  #stopped = false;
  /** A value that came when it could not be sent. */
  #held: { readonly value: unknown } | undefined;
  /** A message on its way out in pieces: later ones must not overtake it. */
  #large: LargeMessage | undefined;

  constructor(
    owner: OutgoingOwner,
    id: number,
    body: Body<unknown>,
    values: Pulled<unknown>,
    credit: number,
    events: OutgoingEvents,
  ) {
    this.#owner = owner;
    this.#id = id;
    this.#body = body;
    this.#values = values;
    this.credit = credit;
    this.#events = events;
  }

  /** Sends what can be sent now. */
  pump(): void {
    while (!this.#pulling && !this.#stopped && !this.#finished && this.#large === undefined) {
      if (!this.#owner.mayBegin(this)) return;
      const held = this.#held;
      this.#held = undefined;
      if (held === undefined) this.#pull();
      else this.#write(held.value);
    }
  }

  /** Pulls no more: the iterator is told, and what was not sent is dropped. */
  stop(): void {
    this.#owner.forget(this);
    if (this.#stopped || this.#finished) return;
    this.#stopped = true;
    this.#held = undefined;
    if (this.#large !== undefined) this.#withdraw(this.#large);
    this.#large = undefined;
    leave(this.#values, this.#events.onStopped);
  }

  #pull(): void {
    try {
      const result: Result | Promise<Result> = this.#values.next();
      if (isPromise(result)) {
        this.#pulling = true;
        result.then(this.#onNext, this.#onThrown);
      } else if (this.#stopped) {
        // What it ran has ended the call. While a generator runs, it takes no notice of being left.
        leave(this.#values, this.#events.onStopped);
      } else this.#take(result);
    } catch (error) {
      this.#fail(error);
    }
  }

  readonly #onNext = (result: Result): void => {
    this.#pulling = false;
    if (this.#stopped) return;
    if (!isResult(result)) return this.#fail(new TypeError(`an iterator's next() gave ${typeof result}`));
    // Another stream may have taken the room meanwhile.
    if (result.done !== true && !this.#owner.mayBegin(this)) this.#held = { value: result.value };
    else {
      this.#take(result);
      this.pump();
    }
  };

  readonly #onThrown = (error: unknown): void => {
    this.#pulling = false;
    if (this.#stopped) this.#events.onStopped(error);
    else this.#fail(error);
  };

  #take(result: Result): void {
    if (result.done !== true) return this.#write(result.value);
    this.#finished = true;
    this.#events.onEnd();
  }

  #write(value: unknown): void {
    const { output, codec, maxMessageBytes } = this.#owner;
    const { writer } = output;
    const start = output.begin(Kind.MESSAGE | Flag.COUNTED, this.#id);
    try {
      writer.begin(maxMessageBytes);
      codec.encode(this.#body, value, writer);
      writer.end();
    } catch (error) {
      output.undo(start);
      this.#finished = true;
      this.#events.onUnsendable(error as Error);
      return leave(this.#values, () => {});
    }
    const size = writer.pos - start - headerBytes;
    const large = output.finish(start);
    if (large === undefined) {
      this.#spend(size + headerBytes);
      return output.relieve();
    }
    this.#spend(this.#costOfRest(large));
    this.#large = large;
    large.onSent = () => {
      this.#large = undefined;
      this.pump();
    };
  }

  #spend(bytes: number): void {
    this.credit -= bytes;
    this.#owner.spend(bytes);
  }

  /** Takes a message back: the peer never gets the rest. */
  #withdraw(large: LargeMessage): void {
    this.#owner.spend(-this.#costOfRest(large));
    this.#owner.output.withdraw(large);
  }

  /** What the frames cost that are not written. */
  #costOfRest({ size, sent, pieces, piecesSent }: LargeMessage): number {
    return size - sent + headerBytes * (pieces.length - piecesSent);
  }

  #fail(error: unknown): void {
    this.#finished = true;
    this.#events.onFailed(error);
  }
}

/** Tells an iterator that nothing more is wanted: a generator runs its `finally`. */
export function leave(values: Pulled<unknown>, onDone: (error?: unknown) => void): void {
  try {
    const returned: Result | Promise<Result> | undefined = values.return?.();
    if (isPromise(returned)) returned.then(() => onDone(), onDone);
    else onDone();
  } catch (error) {
    onDone(error);
  }
}

function isResult(result: unknown): boolean {
  return typeof result === "object" && result !== null;
}

function isPromise(result: Result | Promise<Result> | undefined): result is Promise<Result> {
  return typeof (result as Partial<PromiseLike<Result>> | undefined)?.then === "function";
}
