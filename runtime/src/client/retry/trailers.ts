import type { CallOptions } from "../../call-options.ts";
import { RpcError } from "../../errors.ts";
import type { Metadata } from "../../metadata.ts";

/** The trailers of a call of several attempts: its caller gets those of the answer that counts, once. */
export class HeldTrailers {
  readonly #listener: CallOptions["onTrailers"];
  readonly #prefix: string;
  #held: Metadata | undefined;
  #released = false;

  /** @param prefix - what is called and where, for the error of a listener that throws */
  constructor(options: CallOptions | undefined, prefix: string) {
    this.#listener = options?.onTrailers;
    this.#prefix = prefix;
  }

  /** The options of another attempt: what came of the one before does not count. */
  begin(options: CallOptions): CallOptions {
    this.#held = undefined;
    return this.#listener === undefined ? options : { ...options, onTrailers: this.#receive };
  }

  /**
   * The present attempt is the one that counts: its trailers, if any have come, go to the caller, and so do later ones.
   * @throws RpcError INTERNAL where the caller's listener throws
   */
  release(): void {
    this.#released = true;
    if (this.#held === undefined) return;
    try {
      this.#listener?.(this.#held);
    } catch (cause) {
      const prefix = this.#prefix;
      throw new RpcError("INTERNAL", "the caller's onTrailers threw", { prefix, sent: "yes", cause });
    }
  }

  readonly #receive = (trailers: Metadata): void => {
    if (this.#released) this.#listener?.(trailers);
    else this.#held = trailers;
  };
}
