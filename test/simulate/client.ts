import type { AnyMethod } from "@gorpc/runtime";
import type { Balancer, Guard } from "@gorpc/runtime/balancer";
import type { WatchLoop } from "../../runtime/src/balancer/call-runs.ts";
import { EndpointSet } from "../../runtime/src/balancer/endpoint-set.ts";
import type { Member } from "../../runtime/src/balancer/member.ts";
import { OutlierEjection } from "../../runtime/src/balancer/outlier-ejection.ts";
import type { OutlierRules } from "../../runtime/src/balancer/outlier-options.ts";
import { Selection, type Wanted } from "../../runtime/src/balancer/selection.ts";
import type { RpcError } from "../../runtime/src/errors.ts";
import { silentLogger } from "../../runtime/src/logger.ts";
import type { Endpoint } from "../../runtime/src/registry/resolver.ts";
import type { Connection } from "./connection.ts";

export interface ClientOptions {
  readonly balancer: Balancer;
  readonly outlierRules: OutlierRules | undefined;
  readonly guards: readonly Guard[];
  readonly open: (endpoint: Endpoint) => Connection;
  readonly random: () => number;
  readonly watchLoop: WatchLoop;
}

/** A client: the runtime's own choice of endpoints, with all that it knows of them. */
export class Client {
  readonly #endpoints: EndpointSet;
  readonly #selection: Selection;

  constructor({ balancer, outlierRules, guards, open, random, watchLoop }: ClientOptions) {
    const ejection = outlierRules === undefined ? undefined : new OutlierEjection(outlierRules, 0);
    const logger = silentLogger;
    const endpoints = new EndpointSet({ open, logger, ejection, guards, random, changed: () => {} });
    this.#endpoints = endpoints;
    this.#selection = new Selection({
      balancer,
      target: "fleet",
      random,
      endpoints,
      ejection,
      isGuarded: guards.length > 0,
      watchLoop,
    });
  }

  /** The registry says so. */
  learn(endpoints: readonly Endpoint[]): void {
    this.#endpoints.apply({ kind: "snapshot", endpoints });
  }

  /** Where a call goes; undefined where there is nobody. @param tried - where it has been refused */
  pick(wanted: Wanted, tried: ReadonlySet<Member> | undefined): Member | undefined {
    const { ready } = this.#endpoints;
    const among = tried === undefined ? ready : ready.filter((member) => !tried.has(member));
    if (among.length === 0) return undefined;
    const member = this.#selection.pick(among, wanted);
    member.began();
    return member;
  }

  settled(method: AnyMethod, member: Member, sent: number, error?: RpcError): void {
    this.#selection.settled(method, member, sent, error);
  }
}
