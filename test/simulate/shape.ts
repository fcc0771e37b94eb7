/** How big a fleet is, how fast, and for how long it is watched. Times are in ms. */
export interface Shape {
  /** What all random numbers follow from. */
  readonly seed: string;
  readonly servers: number;
  readonly clients: number;
  /** How many servers a client knows; as many as there are: all. */
  readonly known: number;
  /** Zones that servers and clients are spread over, in turn. */
  readonly zones: number;
  /** Calls that a server works on at once; others wait in line. */
  readonly workers: number;
  /** How long a server works on a call, on average; exponentially distributed. */
  readonly service: number;
  /** The part of the servers' time that the calls need. */
  readonly utilization: number;
  /** The part of the time that a client's event loop is busy: calls take none of it here. */
  readonly clientUtilization: number;
  /** After which a caller gives up. */
  readonly timeout: number;
  /** One way between client and server, within a zone and between zones. */
  readonly near: number;
  readonly far: number;
  /** Before what a scenario is about begins, and calls count. */
  readonly warmUp: number;
  /** From then on. */
  readonly measured: number;
}

/** How many keys calls are about. */
export function keyCount({ servers }: Shape): number {
  return servers * 100;
}

/** Calls that come in a ms, from all clients. */
export function arrivalRate({ servers, workers, service, utilization }: Shape): number {
  return (servers * workers * utilization) / service;
}

export function zoneOf(shape: Shape, index: number): number {
  return index % shape.zones;
}

/** How long what the client and the server say to each other is on its way, in ms. */
export function oneWay(shape: Shape, client: number, server: number): number {
  return zoneOf(shape, client) === zoneOf(shape, server) ? shape.near : shape.far;
}

export function zoneName(zone: number): string {
  return `zone-${zone}`;
}
