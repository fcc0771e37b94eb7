import { MessageTooLargeError } from "../../../bytes/writer.ts";
import type { Codec } from "../../../codec/codec.ts";
import { RpcError } from "../../../errors.ts";
import type { Logger } from "../../../logger.ts";
import type { Metadata } from "../../../metadata.ts";
import type { ServerHost } from "../../protocol.ts";
import type { PeerLimits } from "../handshake.ts";
import type { Output } from "../output/output.ts";
import { SentLoad } from "./load.ts";
import { writeAnswer, writeError } from "./response.ts";
import type { MuxServerCall } from "./server-call.ts";

/** Writes answers, and in place of one that cannot be sent an error that says why; the server's load goes with them. */
export class AnswerWriter {
  readonly #output: Output;
  readonly #codec: Codec;
  readonly #caller: PeerLimits;
  readonly #logger: Logger;
  readonly #load: SentLoad;

  constructor(output: Output, codec: Codec, caller: PeerLimits, host: Pick<ServerHost, "load" | "logger">) {
    this.#output = output;
    this.#codec = codec;
    this.#caller = caller;
    this.#logger = host.logger;
    this.#load = new SentLoad(output, host);
  }

  write(call: MuxServerCall, value: unknown): void {
    this.#load.write();
    const { writer } = this.#output;
    const start = writer.pos;
    try {
      writeAnswer(this.#output, call.id, this.#codec, call.method, value, call.sentTrailers, this.#caller);
    } catch (error) {
      writer.truncate(start);
      // Only the trailers throw an RpcError, where they are too large: they would be again.
      const trailers = error instanceof RpcError ? undefined : call.sentTrailers;
      this.writeError(call.id, this.explainUnsendable(call, error as Error), trailers, false);
    }
  }

  writeError(id: number, error: RpcError, trailers: Metadata | undefined, notRun: boolean): void {
    this.#load.write();
    const { writer } = this.#output;
    const start = writer.pos;
    try {
      writeError(this.#output, id, this.#codec, error, trailers, notRun, this.#caller);
    } catch (cause) {
      writer.truncate(start);
      this.#logger.error(`the error ${error.name} cannot be encoded and goes without its fields`, {
        error: cause,
      });
      writeError(
        this.#output,
        id,
        this.#codec,
        new RpcError(error.code, error.rawMessage),
        undefined,
        notRun,
        this.#caller,
      );
    }
  }

  /** What the caller gets where an answer is not of its type, or over the caller's limit. */
  explainUnsendable(call: MuxServerCall, error: Error): RpcError {
    if (error instanceof RpcError) return error;
    if (error instanceof MessageTooLargeError) {
      const limit = this.#caller.maxMessageBytes;
      const text = `the answer is larger than the ${limit} bytes that the caller accepts (the channel's option maxMessageBytes)`;
      return new RpcError("RESOURCE_EXHAUSTED", text);
    }
    this.#logger.error(`${call.method.path}: the handler's answer cannot be encoded: ${error.message}`, {
      error,
    });
    return new RpcError("INTERNAL", "the server failed to encode its answer");
  }
}
