import { setImmediate as turn } from "node:timers/promises";
import type { AnyMethod } from "@gorpc/runtime";
import type { WatchLoop } from "../../runtime/src/balancer/call-runs.ts";
import type { Member } from "../../runtime/src/balancer/member.ts";
import { readTimeFrom } from "../../runtime/src/clock.ts";
import { RpcError } from "../../runtime/src/errors.ts";
import type { Endpoint } from "../../runtime/src/registry/resolver.ts";
import { type OwnTimer, setTimersOn } from "../../runtime/src/timer.ts";
import { Random } from "../soak/random.ts";
import { Arrivals } from "./arrivals.ts";
import { Calls } from "./calls.ts";
import { Client } from "./client.ts";
import { Connection } from "./connection.ts";
import { Deadlines } from "./deadlines.ts";
import { EventQueue } from "./event-queue.ts";
import { type Figures, Recorder } from "./figures.ts";
import { type Fleet, serverOf } from "./fleet.ts";
import type { Policy } from "./policies.ts";
import { Registry } from "./registry.ts";
import { Kind, Servers } from "./servers.ts";
import { oneWay, type Shape, zoneName, zoneOf } from "./shape.ts";

/** What a scenario can do to a fleet. */
export interface World {
  readonly shape: Shape;
  readonly servers: Servers;
  readonly registry: Registry;
  /** @param time - in ms since the scenario began */
  at(time: number, act: () => void): void;
}

const method = { path: "/fleet.Fleet/Get", kind: "unary" } as AnyMethod;
const failure = new RpcError("INTERNAL", "it fails", { sent: "yes" });
const refusal = new RpcError("UNAVAILABLE", "the server ends", { sent: "no" });
const lateness = new RpcError("DEADLINE_EXCEEDED", "no answer came", { sent: "maybe" });

/** Round trips until a connection takes calls: the transport's and the protocol's. */
const tripsToConnect = 2;

/** A fleet in virtual time. What happens follows from its seed. */
export class Simulation implements World {
  readonly shape: Shape;
  readonly servers: Servers;
  readonly registry: Registry;
  readonly #tellsLoad: boolean;
  readonly #events = new EventQueue();
  readonly #calls = new Calls();
  readonly #arrivals: Arrivals;
  readonly #deadlines: Deadlines;
  readonly #recorder: Recorder;
  readonly #clients: readonly Client[];
  /** By call: where it is. */
  readonly #members: Member[] = [];
  /** Who has refused a call that is on its way to another. */
  readonly #refusals = new Map<number, Set<Member>>();
  /** By the numbers that events have: what a scenario does, and who is being connected. */
  readonly #acts: (() => void)[] = [];
  readonly #dialled: Connection[] = [];
  #time = 0;
  /** Calls that are not over. */
  #unsettled = 0;
  /** Whether the runtime waits for a turn of the event loop. */
  #hasPromises = false;

  /** Takes this process's clock and timers over: {@link run} gives them back. */
  constructor(fleet: Fleet, { balancer, outlierRules, guards = [], tellsLoad = false }: Policy) {
    const { shape } = fleet;
    readTimeFrom(() => this.#time);
    setTimersOn((ms, run) => this.#startTimer(ms, run));
    this.shape = shape;
    this.#tellsLoad = tellsLoad;
    this.servers = new Servers(shape, this.#calls, this.#events);
    this.#arrivals = new Arrivals(shape);
    this.#deadlines = new Deadlines(shape.timeout);
    this.#recorder = new Recorder(shape);
    const choices = new Random(`${shape.seed} choices`);
    const random = (): number => choices.next();
    const watchLoop: WatchLoop = () => () => shape.clientUtilization;
    this.#clients = Array.from({ length: shape.clients }, (_, client) => {
      const zone = zoneOf(shape, client);
      const open = (endpoint: Endpoint): Connection => this.#open(zone, serverOf(endpoint));
      return new Client({
        balancer: balancer(zoneName(zone)),
        outlierRules,
        guards,
        open,
        random,
        watchLoop,
      });
    });
    this.registry = new Registry(fleet, this.#clients);
  }

  at(time: number, act: () => void): void {
    this.#events.add(this.shape.warmUp + time, Kind.act, this.#acts.push(act) - 1);
  }

  /** Lets time pass until all calls are over. */
  async run(): Promise<Figures> {
    try {
      while (this.#advance()) await turn();
    } finally {
      readTimeFrom();
      setTimersOn();
    }
    return this.#recorder.figures((server) => this.servers.stateOf(server) !== "lost");
  }

  /** Whether there is more, after a turn of the event loop. */
  #advance(): boolean {
    this.#hasPromises = false;
    while (!this.#hasPromises) {
      if (this.#arrivals.time === Infinity && this.#unsettled === 0) return false;
      const [start, deadline, event] = [this.#arrivals.time, this.#deadlines.nextTime, this.#events.nextTime];
      const time = Math.min(start, deadline, event);
      this.#time = time;
      if (event === time) this.#happen(this.#events.take());
      else if (deadline === time) this.#giveUp();
      else this.#start();
    }
    return true;
  }

  #happen(event: number): void {
    const about = event >> 3;
    switch (event & 7) {
      case Kind.arrive:
        return this.servers.arrive(about, this.#time);
      case Kind.finish:
        return this.servers.finish(about, this.#time);
      case Kind.connect:
        return this.#dialled[about]!.connected();
      case Kind.act:
        return this.#act(about);
      default:
        return this.#hear(about, event & 7);
    }
  }

  // Calls

  #start(): void {
    const { client, key, work, time } = this.#arrivals;
    const call = this.#calls.make(client, key, work, time);
    this.#deadlines.add(call, time);
    this.#unsettled++;
    this.#send(call);
    this.#arrivals.next();
  }

  #send(call: number): void {
    const { client, key, made } = this.#calls;
    const wanted = { method, request: key[call], attempt: undefined };
    const member = this.#clients[client[call]!]!.pick(wanted, this.#refusals.get(call));
    if (member === undefined) {
      this.#recorder.failed(made[call]!);
      return this.#end(call);
    }
    const connection = connectionOf(member);
    connection.inFlight++;
    this.#members[call] = member;
    this.#calls.send(call, connection.server, this.#time);
    this.#recorder.sent(client[call]!, connection.server, made[call]!);
    const arrival = this.#time + oneWay(this.shape, client[call]!, connection.server);
    this.#events.add(arrival, Kind.arrive, call);
  }

  /** Something came back. */
  #hear(call: number, kind: number): void {
    this.#calls.drop(call);
    if (this.#calls.awaited[call] === 0) return;
    const made = this.#calls.made[call]!;
    switch (kind) {
      case Kind.answer:
        this.#settled(call);
        this.#recorder.answered(made, this.#time - made);
        return this.#end(call);
      case Kind.fail:
        this.#settled(call, failure);
        this.#recorder.failed(made);
        return this.#end(call);
      case Kind.refuse:
        return this.#moveOn(call);
    }
  }

  /** What no server has seen goes to another one, as it does in a balanced channel. */
  #moveOn(call: number): void {
    this.#settled(call, refusal);
    const refusals = this.#refusals.get(call) ?? new Set();
    this.#refusals.set(call, refusals.add(this.#members[call]!));
    this.#send(call);
  }

  #giveUp(): void {
    const made = this.#deadlines.nextMade;
    const call = this.#deadlines.take();
    // It is over, and its number is perhaps another call's.
    if (this.#calls.awaited[call] === 0 || this.#calls.made[call] !== made) return;
    this.#settled(call, lateness);
    this.#recorder.givenUp(made);
    this.#end(call);
  }

  /** An attempt is over. */
  #settled(call: number, error?: RpcError): void {
    const member = this.#members[call]!;
    const connection = connectionOf(member);
    connection.inFlight--;
    if (this.#tellsLoad && error !== lateness)
      connection.tellLoad(this.servers.loadOf(connection.server, this.#time));
    this.#clients[this.#calls.client[call]!]!.settled(method, member, this.#calls.sent[call]!, error);
  }

  #end(call: number): void {
    this.#unsettled--;
    this.#refusals.delete(call);
    this.#calls.settle(call);
  }

  // Servers that come and go

  #open(zone: number, server: number): Connection {
    // A fleet begins with all that is there connected.
    if (this.#time === 0) return new Connection(server, "ready", () => {});
    return new Connection(server, "idle", (connection) => {
      if (this.servers.stateOf(server) === "lost") return;
      const { near, far } = this.shape;
      const trip = 2 * (zone === zoneOf(this.shape, server) ? near : far);
      this.#events.add(this.#time + tripsToConnect * trip, Kind.connect, this.#dialled.push(connection) - 1);
    });
  }

  /** In place of Node's timers. */
  #startTimer(ms: number, run: () => void): OwnTimer {
    let isSet = true;
    const index = this.#acts.push(() => isSet && run()) - 1;
    this.#events.add(this.#time + ms, Kind.act, index);
    const timer = { cancel: () => void (isSet = false), ref: () => timer, unref: () => timer };
    return timer;
  }

  #act(index: number): void {
    this.#acts[index]!();
    this.#hasPromises = true;
  }
}

function connectionOf(member: Member): Connection {
  return member.channel as Connection;
}
