import type { Attempt } from "../call-options.ts";
import { now } from "../clock.ts";
import { RpcError } from "../errors.ts";
import type { AnyMethod } from "../schema/service.ts";
import type { Balancer, CallInfo, Outcome, Picker } from "./balancer.ts";
import { type CallRuns, RunsByMethod, type WatchLoop } from "./call-runs.ts";
import type { EndpointSet } from "./endpoint-set.ts";
import { type Member, reasonOf } from "./member.ts";
import type { OutlierEjection } from "./outlier-ejection.ts";
import { outcomeOf, streamOutcomeOf } from "./outcome.ts";

/** What an endpoint is picked for. */
export interface Wanted {
  readonly method: AnyMethod;
  /** Undefined where the client streams. */
  readonly request: unknown;
  readonly attempt: Attempt | undefined;
}

export interface SelectionOptions {
  readonly balancer: Balancer;
  /** For messages. */
  readonly target: string;
  /** In [0, 1). */
  readonly random: () => number;
  readonly endpoints: EndpointSet;
  readonly ejection: OutlierEjection | undefined;
  /** Whether endpoints have guards, which want to know how calls went, too. */
  readonly isGuarded: boolean;
  /** Without it the event loop of this thread is watched. */
  readonly watchLoop?: WatchLoop | undefined;
}

/** Asks the balancer where calls go, and tells those who want to know how they went. */
export class Selection {
  readonly #name: string;
  readonly #target: string;
  readonly #picker: Picker;
  readonly #endpoints: EndpointSet;
  readonly #ejection: OutlierEjection | undefined;
  /** Undefined where the balancer wants to pick for each call. */
  readonly #runs: RunsByMethod | undefined;
  /** Whether anybody wants to know how calls went. */
  readonly observes: boolean;
  /** While the picker is at work: one reading of the clock does, each costs a busy channel a hundredth of its time. */
  #present: number | undefined;

  constructor(options: SelectionOptions) {
    const { balancer, target, random, endpoints, ejection, isGuarded, watchLoop } = options;
    this.#name = balancer.name;
    this.#target = target;
    this.#picker = balancer.picker(random, () => this.#present ?? now());
    this.#endpoints = endpoints;
    this.#ejection = ejection;
    this.#runs = balancer.allowsRuns === true ? new RunsByMethod(watchLoop) : undefined;
    this.observes =
      this.#runs !== undefined || isGuarded || this.#picker.done !== undefined || ejection !== undefined;
  }

  /**
   * The balancer's choice, among those that the call's other attempts have not been to where there are any.
   * @param among - some of those that are ready, or all
   * @param time - the present
   * @throws RpcError INTERNAL where the balancer fails
   */
  pick(among: readonly Member[], { method, request, attempt }: Wanted, time = now()): Member {
    const candidates = attempt === undefined ? among : freshOf(among, attempt.avoid);
    const runs = this.#runs?.of(method);
    const member = runs?.next(candidates, time) ?? this.#pick(candidates, method, request, runs, time);
    if (attempt !== undefined) {
      attempt.endpoint = member.endpoint.id;
      attempt.address = member.endpoint.address;
    }
    return member;
  }

  /**
   * A unary call has ended.
   * @param started - when it was sent there
   * @param error - what it failed with
   * @param time - when it ended
   */
  settled(method: AnyMethod, member: Member, started: number, error?: unknown, time: number = now()): void {
    if (!this.observes) return;
    const outcome = error === undefined ? "answered" : outcomeOf(error);
    // An answer may come in one chunk with what the call was made for: it is then younger than that chunk.
    this.#tell(member, Math.max(0, time - started), outcome, started, time);
    if (outcome === "answered") this.#runs?.of(method)?.answered(time);
  }

  /**
   * A stream has its first answer, or has ended without one.
   * @param error - what it failed with
   * @param left - whether its reader left it before
   */
  opened(member: Member, started: number, left: boolean, error?: unknown): void {
    if (!this.observes) return;
    this.#tell(member, undefined, left ? "cancelled" : streamOutcomeOf(error), started, now());
  }

  #tell(member: Member, ms: number | undefined, outcome: Outcome, started: number, time: number): void {
    this.#present = time;
    try {
      this.#picker.done?.(member, ms, outcome);
    } finally {
      this.#present = undefined;
    }
    this.#ejection?.record(member, outcome);
    member.ended(outcome, started);
    this.#endpoints.sweep(time);
  }

  #pick(
    candidates: readonly Member[],
    method: AnyMethod,
    request: unknown,
    runs: CallRuns | undefined,
    time: number,
  ): Member {
    const call = { method, request, all: this.#endpoints.ready };
    let index: number;
    this.#present = time;
    try {
      index = this.#picker.pick(candidates, call);
    } catch (error) {
      throw this.#failed(call, reasonOf(error), error);
    } finally {
      this.#present = undefined;
    }
    const member = candidates[index];
    if (member === undefined)
      throw this.#failed(call, `it picked ${String(index)} of ${candidates.length} endpoints`);
    // A further attempt, which goes elsewhere, begins none.
    if (candidates === call.all) runs?.begin(candidates, member, time);
    return member;
  }

  #failed({ method }: CallInfo, text: string, cause?: unknown): RpcError {
    const message = `the balancer "${this.#name}" failed: ${text}`;
    return new RpcError("INTERNAL", message, {
      prefix: `${method.path} at ${this.#target}`,
      sent: "no",
      cause,
    });
  }
}

/** Those that a call has not been to; all where there are no others. */
function freshOf(among: readonly Member[], avoid: ReadonlySet<string>): readonly Member[] {
  if (avoid.size === 0) return among;
  const fresh = among.filter(({ endpoint }) => !avoid.has(endpoint.address));
  return fresh.length > 0 && fresh.length < among.length ? fresh : among;
}

/** The id of the one endpoint that an attempt may go to; undefined where it is not known yet, or where any will do. */
export function boundTo(attempt: Attempt | undefined): string | undefined {
  return attempt?.stays === true ? attempt.endpoint : undefined;
}

/** The request of a method where only the server streams, as generated stubs give it; undefined where it is not there yet. */
export function onlyRequest(method: AnyMethod, requests: unknown): unknown {
  return method.kind === "server-stream" && Array.isArray(requests) ? requests[0] : undefined;
}
