import type { AnyService, CallContext, Server } from "../index.ts";
import {
  Health,
  type HealthHandlers,
  type HealthRequest,
  type HealthResponse,
  ServiceUnknown,
  ServingStatus,
} from "./health.gorpc.ts";

/** What a server says of itself: `ServingStatus.SERVING` or `ServingStatus.NOT_SERVING`. */
export type ChosenStatus = Exclude<ServingStatus, typeof ServingStatus.UNKNOWN>;

/** The name of the server as a whole. */
const wholeServer = "";

/**
 * The statuses of a server and its services, and the handlers that tell them. The server and each registered service are
 * SERVING until something else is set, each for itself; once the server closes, all are NOT_SERVING for good.
 */
export class ServerHealth implements HealthHandlers {
  readonly #server: Server;
  /** Those that were set. */
  readonly #statuses = new Map<string, ChosenStatus>();
  /** Wakes those who watch. */
  readonly #waiting = new Set<() => void>();

  /** Of a server; `registerHealth` makes one and has it served. */
  constructor(server: Server) {
    this.#server = server;
    server.closing.addEventListener("abort", () => this.#wake(), { once: true });
  }

  /** Sets the status of the server as a whole. */
  set(status: ChosenStatus): void;
  /**
   * Sets a service's status; also of a name that is not registered, such as that of a part which several services need.
   * @throws RangeError where it is no status that a server can have
   */
  set(service: AnyService | string, status: ChosenStatus): void;
  set(serviceOrStatus: AnyService | string | ChosenStatus, status?: ChosenStatus): void {
    if (typeof serviceOrStatus === "number") return this.#set(wholeServer, serviceOrStatus);
    this.#set(nameOf(serviceOrStatus), status);
  }

  /** The status of the server, or of a service; undefined for a name that is neither registered nor set. */
  get(service: AnyService | string = wholeServer): ChosenStatus | undefined {
    const name = nameOf(service);
    const status = this.#statuses.get(name) ?? (this.#isServed(name) ? ServingStatus.SERVING : undefined);
    if (status === undefined) return undefined;
    return this.#server.closing.aborted ? ServingStatus.NOT_SERVING : status;
  }

  /** The handler of `Check`. */
  check({ service }: HealthRequest): HealthResponse {
    return { status: this.#require(service) };
  }

  /** The handler of `Watch`. */
  async *watch(
    { service }: HealthRequest,
    { signal }: Pick<CallContext, "signal">,
  ): AsyncGenerator<HealthResponse> {
    let told: ChosenStatus | undefined;
    while (!signal.aborted) {
      const status = this.#require(service);
      if (status !== told) {
        told = status;
        yield { status };
      } else if (this.#server.closing.aborted) {
        // Nothing can change any more, and the drain waits for this call.
        return;
      } else {
        await this.#change(signal);
      }
    }
  }

  #set(name: string, status: ChosenStatus | undefined): void {
    if (status !== ServingStatus.SERVING && status !== ServingStatus.NOT_SERVING)
      throw new RangeError(`a status is SERVING (1) or NOT_SERVING (2), not ${String(status)}`);
    this.#statuses.set(name, status);
    this.#wake();
  }

  #isServed(name: string): boolean {
    return name === wholeServer || this.#server.services.some(({ typeName }) => typeName === name);
  }

  #require(service: string): ChosenStatus {
    const status = this.get(service);
    if (status === undefined) throw new ServiceUnknown({ service });
    return status;
  }

  /** Waits until something may have changed, or the signal fires. */
  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener("abort", wake);
    });
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}

function nameOf(service: AnyService | string): string {
  return typeof service === "string" ? service : service.typeName;
}

/**
 * Lets a server tell whether it takes calls.
 * @returns its statuses, to set them
 * @throws Error where it does so already
 */
export function registerHealth(server: Server): ServerHealth {
  const health = new ServerHealth(server);
  server.register(Health, health);
  return health;
}
