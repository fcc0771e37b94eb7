import { Reader } from "../../../bytes/reader.ts";
import type { Codec } from "../../../codec/codec.ts";
import { RpcError } from "../../../errors.ts";
import type { Metadata } from "../../../metadata.ts";
import type { AnyMethod } from "../../../schema/service.ts";
import type { Route, ServerHost } from "../../protocol.ts";
import { type Assembly, AssemblyBudget } from "../frames/assembly.ts";
import { readMetadata } from "./metadata-coding.ts";
import { ReceivedMethods } from "./method-table.ts";
import type { MuxServerCall } from "./server-call.ts";

const empty = new Uint8Array(0);

/** Reads requests: their heads, the pieces of large ones, and their bodies. */
export class RequestReader {
  /** Of the head read last: what is registered under its path, or the path. */
  entry: Route | string = "";
  /** In ms; 0 for none. */
  timeout = 0;
  metadata: Metadata | undefined;
  /** Of unfinished messages. */
  readonly budget: AssemblyBudget;
  readonly #host: ServerHost;
  readonly #codec: Codec;
  readonly #methods: ReceivedMethods<Route>;
  readonly #reader = new Reader();

  constructor(host: ServerHost, codec: Codec) {
    this.#host = host;
    this.#codec = codec;
    const { maxMessageBytes, maxReassemblyBytes } = host.limits;
    this.budget = new AssemblyBudget(maxMessageBytes, maxReassemblyBytes);
    this.#methods = new ReceivedMethods(host);
  }

  /** @throws DecodeError for a head that is broken: the frame's, not the call's */
  readHead(bytes: Uint8Array, start: number, end: number): void {
    const reader = this.#reader.reset(bytes, start, end);
    this.entry = this.#methods.read(reader, bytes, end);
    this.timeout = reader.uint32();
    this.metadata = readMetadata(reader, this.#host.limits.maxMetadataBytes);
  }

  /**
   * Reads the body behind the head read last.
   * @throws RpcError, which is the call's answer
   */
  readBody(method: AnyMethod, end: number): unknown {
    const limit = this.#host.limits.maxMessageBytes;
    const size = end - this.#reader.pos;
    if (size > limit) {
      const text = `request of ${size} bytes is larger than the ${limit} accepted (option maxMessageBytes)`;
      throw new RpcError("RESOURCE_EXHAUSTED", text);
    }
    try {
      return this.#codec.decode(method.request, this.#reader, end);
    } catch (error) {
      if (error instanceof RpcError) throw error;
      throw new RpcError("INVALID_ARGUMENT", `the request does not decode: ${(error as Error).message}`);
    }
  }

  /**
   * Keeps what is behind the head read last: the rest comes in further pieces.
   * @throws RpcError where a limit refuses it
   */
  begin(call: MuxServerCall, bytes: Uint8Array, start: number, end: number): void {
    call.assembly = this.budget.begin(call.id, this.#reader.pos - start);
    this.#add(call.assembly, bytes, this.#reader.pos, end);
  }

  /**
   * Adds a piece.
   * @returns undefined until it is the last; then an object that holds the request
   * @throws RpcError where a limit refuses it, or the request does not decode
   */
  addPiece(
    call: MuxServerCall,
    more: boolean,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): { readonly request: unknown } | undefined {
    const assembly = call.assembly!;
    this.#add(assembly, bytes, start, end);
    if (more) return undefined;
    const whole = assembly.join();
    this.drop(call);
    this.#reader.reset(whole).own();
    return { request: this.readBody(call.method, whole.length) };
  }

  /** Lets go of the chunk read last: else an idle connection would hold it. */
  release(): void {
    this.#reader.reset(empty);
    this.metadata = undefined;
  }

  /** Lets go of what came of a large request. */
  drop(call: MuxServerCall): void {
    if (call.assembly !== undefined) this.budget.free(call.assembly);
    call.assembly = undefined;
  }

  #add(assembly: Assembly, bytes: Uint8Array, start: number, end: number): void {
    const refusal = this.budget.add(assembly, bytes, start, end);
    if (refusal !== undefined) throw new RpcError("RESOURCE_EXHAUSTED", refusal);
  }
}
