import type { CallOptions } from "../call-options.ts";
import { Replay } from "../client/retry/replay.ts";
import { now } from "../clock.ts";
import type { RpcError } from "../errors.ts";
import type { AnyMethod, Streaming } from "../schema/service.ts";
import type { EndpointSearch } from "./endpoint-search.ts";
import { type Member, reasonOf } from "./member.ts";
import { bounded, movesOn } from "./moving-on.ts";
import type { StreamRoute } from "./roaming-stream.ts";
import { onlyRequest, type Selection } from "./selection.ts";

/** What streams need of the channel that they are made on. */
export interface StreamHost {
  readonly search: EndpointSearch;
  readonly selection: Selection;
  /** Does what the channel's end waits for. */
  moveOn<T>(work: () => Promise<T>): Promise<T>;
  /** What calls fail with; undefined until the channel closes. */
  closedError(method: AnyMethod): RpcError | undefined;
}

/** A streaming call. */
export interface StreamCall<I, O> {
  readonly method: Streaming<I, O>;
  readonly requests: Iterable<I> | AsyncIterable<I>;
  readonly options: CallOptions | undefined;
  /** In ms; `Infinity` for none. */
  readonly defaultTimeout: number;
}

/** From endpoint to endpoint, until the first answer and where the requests can be asked for again. */
export function streamRoute<I, O>(host: StreamHost, call: StreamCall<I, O>): StreamRoute<O> {
  const { method, requests, options, defaultTimeout } = call;
  const inTime = bounded(method, options, now(), defaultTimeout);
  // The default time bounds the wait for an endpoint, not the stream.
  const hasBudget = options?.timeout !== undefined || method.timeout !== undefined;
  const replay = new Replay(requests);
  const tried = new Map<Member, string>();
  const wanted = { method, request: onlyRequest(method, requests), attempt: options?.attempt, tried };
  let latest: Member;
  let started: number;
  return {
    open: async () => {
      const closed = host.closedError(method);
      if (tried.size === 0 && closed !== undefined) throw closed;
      latest = await host.moveOn(() => host.search.one(wanted, inTime));
      started = now();
      const stream = latest.channel.stream(method, replay.requests, hasBudget ? inTime : options);
      const answers = stream[Symbol.asyncIterator]();
      // One that could not even be made is never told as opened.
      latest.began();
      return answers as AsyncIterator<O, undefined>;
    },
    opened: (left, error) => host.selection.opened(latest, started, left, error),
    movesOn: (error) => {
      if (host.closedError(method) !== undefined) return false;
      if (!movesOn(options?.attempt, error) || !replay.isWhole) return false;
      tried.set(latest, reasonOf(error));
      return true;
    },
  };
}
