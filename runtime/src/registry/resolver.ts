/** One server that offers a service, as discovery knows it. */
export interface Endpoint {
  /** Unique within a name: an instance's id, or its address. */
  readonly id: string;
  /** As `connect` takes it: `tcp://10.0.0.7:9000`. */
  readonly address: string;
  /** The protocol it speaks, where not mux/1. */
  readonly protocol?: string | undefined;
  /** Of the HTTP CONNECT by which it is reached, where its protocol goes through one: `/_goprc_`. */
  readonly path?: string | undefined;
  /** Full names of the services it serves; undefined where the registry does not say. */
  readonly services?: readonly string[] | undefined;
  /** Its share relative to others, above zero; 1 without it. */
  readonly weight?: number | undefined;
  /** Where it stands, as `zoneAware` compares it: `eu-west-1a`. */
  readonly zone?: string | undefined;
  /** Whatever servers tell of themselves beside this; nothing here reads it, balancers of your own may. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** What a watch reports. An endpoint inserted twice replaces the earlier one. */
export type EndpointChange =
  | { readonly kind: "snapshot"; readonly endpoints: readonly Endpoint[] }
  | { readonly kind: "insert"; readonly endpoint: Endpoint }
  | { readonly kind: "update"; readonly endpoint: Endpoint }
  | { readonly kind: "remove"; readonly id: string; readonly reason: "withdrawn" | "expired" };

/** A name that resolves to live endpoints: the target of `connect`. */
export interface Resolver {
  /** For messages: `orders (http://127.0.0.1:9999)`. */
  readonly target: string;
  /** Why what it watches does not answer, for messages; undefined while it does. */
  readonly lastError?: Error | undefined;
  /**
   * Reports a snapshot first, then each change as it comes, until the signal aborts or nothing can change any more. It
   * survives any outage of what it watches: it reports nothing meanwhile, and a snapshot after.
   */
  watch(signal: AbortSignal): AsyncIterable<EndpointChange>;
}

/** What a server says of itself when it registers. */
export interface Registration {
  /** What callers resolve: `orders`. */
  readonly name: string;
  /** Where they reach it. One that is registered under the same id is replaced. */
  readonly endpoint: Endpoint;
}

/** A registration that is being renewed. */
export interface Lease {
  /** Stops renewing and takes the endpoint out; resolves when the registry knows, or after its time limit. */
  withdraw(): Promise<void>;
}

/** Where servers register and callers look them up. */
export interface Registry {
  /** Registers, and renews until withdrawn; registers again whenever the registry has forgotten it. */
  register(registration: Registration): Promise<Lease>;
  /** What watches a name. Nothing is asked before somebody watches. @throws TypeError for what is no name */
  resolve(name: string): Resolver;
}
