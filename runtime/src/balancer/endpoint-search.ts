import type { CallOptions } from "../call-options.ts";
import { RpcError } from "../errors.ts";
import type { PendingCall } from "../protocol/pending-call.ts";
import type { Endpoint } from "../registry/resolver.ts";
import type { AnyMethod } from "../schema/service.ts";
import type { EndpointSet } from "./endpoint-set.ts";
import { Member } from "./member.ts";
import { boundTo, type Selection, type Wanted } from "./selection.ts";
import type { WaitingCalls } from "./waiting-calls.ts";

/** A call that needs an endpoint. */
export interface Searching extends Wanted {
  /** Endpoints that it has tried, and why in vain. */
  readonly tried: ReadonlyMap<Member, string>;
}

export const untried: ReadonlyMap<Member, string> = new Map();

/** Finds endpoints for calls, as soon as there are any. */
export class EndpointSearch {
  readonly #endpoints: EndpointSet;
  readonly #selection: Selection;
  readonly #waiting: WaitingCalls;

  constructor(endpoints: EndpointSet, selection: Selection, waiting: WaitingCalls) {
    this.#endpoints = endpoints;
    this.#selection = selection;
    this.#waiting = waiting;
  }

  /** Where a call goes, or why the balancer cannot say. @param time - the present, where it was just read */
  pick(ready: readonly Member[], wanted: Wanted, time?: number): Member | RpcError {
    try {
      return this.#selection.pick(ready, wanted, time);
    } catch (error) {
      return error as RpcError;
    }
  }

  /** An endpoint that is ready and that the call has not tried; or the one that it is bound to. */
  one(searching: Searching, options: CallOptions): Promise<Member> {
    const { method, attempt } = searching;
    const id = boundTo(attempt);
    if (id === undefined)
      return this.#waiting.wait(method, options, { serve: (call) => this.#serve(call, searching) });
    const serve = (call: PendingCall): boolean => this.#serveBound(call, id);
    return this.#waiting.wait(method, options, { serve, what: `a connection to ${attempt?.address ?? id}` });
  }

  /** All that the registry knows. */
  known(method: AnyMethod, options: CallOptions): Promise<readonly Endpoint[]> {
    const serve = (call: PendingCall): boolean => {
      const { resolved, all } = this.#endpoints;
      if (!resolved) return false;
      if (all.length > 0) call.succeed(all, undefined);
      else call.failWith("UNAVAILABLE", "the registry knows no endpoint", { sent: "no" });
      return true;
    };
    return this.#waiting.wait(method, options, { serve });
  }

  /** Those that take calls. */
  takingCalls(method: AnyMethod, options: CallOptions): Promise<readonly Endpoint[]> {
    const serve = (call: PendingCall): boolean => {
      const { ready } = this.#endpoints;
      if (ready.length === 0) return this.#failAt(call, untried);
      const endpoints = ready.map(({ endpoint }) => endpoint);
      call.succeed(endpoints, undefined);
      return true;
    };
    return this.#waiting.wait(method, options, { serve });
  }

  /** Settles a call where it can be. */
  #serve(call: PendingCall, searching: Searching): boolean {
    const { tried } = searching;
    const all = this.#endpoints.ready;
    const ready = tried.size === 0 ? all : all.filter((member) => !tried.has(member));
    if (ready.length === 0) return this.#failAt(call, tried);
    const member = this.pick(ready, searching);
    if (!(member instanceof RpcError)) call.succeed(member, undefined);
    else call.failWith(member.code, member.rawMessage, { sent: "no", cause: member.cause });
    return true;
  }

  /** The same for a call that has one endpoint: whether it is left out does not count, where no other would do. */
  #serveBound(call: PendingCall, id: string): boolean {
    const found = this.#endpoints.find(id);
    const failure = found instanceof Member ? found.failure : found;
    if (found instanceof Member && found.ready) call.succeed(found, undefined);
    else if (failure === undefined) return false;
    else call.failWith("UNAVAILABLE", `the endpoint ${id} cannot be called: ${failure}`, { sent: "no" });
    return true;
  }

  /** Fails a call where it can go nowhere. */
  #failAt(call: PendingCall, tried: ReadonlyMap<Member, string>): boolean {
    const failure = this.#endpoints.failure(tried);
    if (failure === undefined) return false;
    call.failWith("UNAVAILABLE", failure, { sent: "no" });
    return true;
  }
}
