import type { CallOptions } from "../call-options.ts";
import { countChannel } from "../propagation.ts";
import { resolveDeadline } from "../protocol/pending-call.ts";
import type { Streaming, Unary } from "../schema/service.ts";
import type { Channel, ResponseStream } from "./channel.ts";
import type { ClientInterceptor, StreamInvoker, UnaryInvoker } from "./interceptor.ts";
import { Responses } from "./responses.ts";

/** What `connect` returns: a channel behind its interceptors, the first one given outermost. */
export class ClientChannel implements Channel {
  readonly #channel: Channel;
  /** Undefined without interceptors: a call then costs nothing here. */
  readonly #invoke: UnaryInvoker | undefined;
  readonly #invokeStream: StreamInvoker | undefined;
  readonly #target: string;
  readonly #defaultTimeout: number;
  readonly #uncount = countChannel();

  /**
   * @param target - what interceptors are told that the channel is connected to
   * @param defaultTimeout - in ms: the time that interceptors take counts towards it too
   */
  constructor(
    channel: Channel,
    target: string,
    interceptors: readonly ClientInterceptor[],
    defaultTimeout: number,
  ) {
    this.#channel = channel;
    this.#target = target;
    this.#defaultTimeout = defaultTimeout;
    const last: UnaryInvoker = ({ method, request, options }) => channel.unary(method, request, options);
    const wrap = (next: UnaryInvoker, { unary }: ClientInterceptor): UnaryInvoker => unary?.(next) ?? next;
    const lastStream: StreamInvoker = ({ method, requests, options }) =>
      channel.stream(method, requests, options);
    const wrapStream = (next: StreamInvoker, { stream }: ClientInterceptor): StreamInvoker =>
      stream?.(next) ?? next;
    if (interceptors.some(({ unary }) => unary !== undefined))
      this.#invoke = interceptors.reduceRight(wrap, last);
    if (interceptors.some(({ stream }) => stream !== undefined))
      this.#invokeStream = interceptors.reduceRight(wrapStream, lastStream);
  }

  unary<I, O>(method: Unary<I, O>, request: I, options?: CallOptions): Promise<O> {
    if (this.#invoke === undefined) return this.#channel.unary(method, request, options);
    return this.#intercepted(this.#invoke, method, request, options);
  }

  stream<I, O>(
    method: Streaming<I, O>,
    requests: Iterable<I> | AsyncIterable<I>,
    options?: CallOptions,
  ): ResponseStream<O> {
    const invoke = this.#invokeStream;
    if (invoke === undefined) return this.#channel.stream(method, requests, options);
    return new Responses<O>(method, () => {
      // The time that interceptors take counts, where the stream has a time at all.
      const deadline = resolveDeadline(method, options, Infinity);
      const bounded = deadline === Infinity ? { ...options } : { ...options, deadline };
      const answers = invoke({ method, target: this.#target, requests, options: bounded });
      return answers[Symbol.asyncIterator]() as AsyncIterator<O, undefined>;
    });
  }

  close(): Promise<void> {
    return this.#channel.close().finally(this.#uncount);
  }

  async #intercepted<I, O>(
    invoke: UnaryInvoker,
    method: Unary<I, O>,
    request: I,
    options: CallOptions | undefined,
  ): Promise<O> {
    const deadline = resolveDeadline(method, options, this.#defaultTimeout);
    const call = { method, target: this.#target, request, options: { ...options, deadline } };
    return (await invoke(call)) as O;
  }
}
