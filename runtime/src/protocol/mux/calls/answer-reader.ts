import { Reader } from "../../../bytes/reader.ts";
import { RpcError } from "../../../errors.ts";
import { streamsResponses } from "../../../schema/service.ts";
import type { PendingCall } from "../../pending-call.ts";
import type { OpenOptions } from "../../protocol.ts";
import { type Assembly, AssemblyBudget } from "../frames/assembly.ts";
import { Flag } from "../frames/frame.ts";
import { readMetadata } from "./metadata-coding.ts";
import { readError } from "./response.ts";

/** Bytes of an answer before its body and beside its metadata: of an error, its text and its type's name. */
const maxAnswerHead = 16 * 1024;

const empty = new Uint8Array(0);

/** An answer that comes in several frames, until it is whole. */
export interface PartialAnswer {
  readonly call: PendingCall;
  readonly assembly: Assembly;
  /** Of its first frame. */
  readonly kindAndFlags: number;
}

/** Puts answers together that come in pieces, and tells each call what its own says. */
export class AnswerReader {
  /** When what is being read came: read once for a chunk, where each answer's own reading cost a balanced call a twentieth of its time. */
  arrived: number | undefined;
  readonly #options: OpenOptions;
  readonly #partial = new Map<number, PartialAnswer>();
  /** Of unfinished messages. */
  readonly budget: AssemblyBudget;
  readonly #reader = new Reader();

  constructor(options: OpenOptions) {
    const { maxMessageBytes, maxReassemblyBytes, maxMetadataBytes } = options.limits;
    this.#options = options;
    this.budget = new AssemblyBudget(maxMessageBytes, maxReassemblyBytes, maxMetadataBytes + maxAnswerHead);
  }

  /** @throws Error where an answer to the call has begun already */
  begin(call: PendingCall, kindAndFlags: number): void {
    if (this.#partial.has(call.id)) throw new Error(`call ${call.id} has an answer already`);
    this.#partial.set(call.id, { call, assembly: this.budget.begin(call.id), kindAndFlags });
  }

  /** The answer to a call that has begun and is not whole. */
  get(id: number): PartialAnswer | undefined {
    return this.#partial.get(id);
  }

  /** Adds a piece. Where a limit refuses it, returns why. */
  add({ assembly }: PartialAnswer, bytes: Uint8Array, start: number, end: number): string | undefined {
    return this.budget.add(assembly, bytes, start, end);
  }

  /** Forgets what has come of an answer. */
  drop(id: number): void {
    const partial = this.#partial.get(id);
    if (partial === undefined) return;
    this.budget.free(partial.assembly);
    this.#partial.delete(id);
  }

  dropAll(): void {
    this.#partial.clear();
  }

  /** Settles a call with what the pieces of its answer say together; the buffer is this answer's alone. */
  settleWhole({ call, kindAndFlags }: PartialAnswer, whole: Uint8Array): void {
    this.#settle(call, kindAndFlags, this.#reader.reset(whole).own(), whole.length);
  }

  /** Settles a call with what its answer says, which came in one frame. */
  settle(call: PendingCall, kindAndFlags: number, bytes: Uint8Array, start: number, end: number): void {
    this.#settle(call, kindAndFlags, this.#reader.reset(bytes, start, end), end);
  }

  #settle(call: PendingCall, kindAndFlags: number, reader: Reader, end: number): void {
    try {
      const status = reader.uint32();
      if (status === 0) this.#succeed(call, reader, end);
      else this.#fail(call, reader, end, status, (kindAndFlags & Flag.NOT_RUN) !== 0);
    } catch (cause) {
      const { message } = cause as Error;
      if (cause instanceof RpcError)
        call.failWith(cause.code, `the answer was refused: ${message}`, { sent: "yes", cause });
      else call.failWith("INTERNAL", `the answer does not decode: ${message}`, { sent: "yes", cause });
    } finally {
      // Else an idle connection would hold its last answer.
      reader.reset(empty);
    }
  }

  #succeed(call: PendingCall, reader: Reader, end: number): void {
    const { codec, limits } = this.#options;
    const trailers = readMetadata(reader, limits.maxMetadataBytes);
    const [size, limit] = [end - reader.pos, limits.maxMessageBytes];
    if (size > limit) {
      const text = `the answer of ${size} bytes is larger than the ${limit} accepted (option maxMessageBytes)`;
      return call.failWith("RESOURCE_EXHAUSTED", text, { sent: "yes" });
    }
    const { method } = call;
    // The answers of a stream came before.
    const answer: unknown = streamsResponses(method) ? undefined : codec.decode(method.response, reader, end);
    call.succeed(answer, trailers, this.arrived);
  }

  #fail(call: PendingCall, reader: Reader, end: number, status: number, notRun: boolean): void {
    const { codec, limits } = this.#options;
    const { method, prefix } = call;
    call.fail(readError(reader, end, status, notRun, codec, method, prefix, limits.maxMetadataBytes));
  }
}
