import type { Logger } from "../logger.ts";
import { framing } from "../protocol/mux/handshake.ts";
import type { ServerTlsOptions } from "../transport/tls-options.ts";
import { TlsServer } from "../transport/tls-server.ts";
import { Acceptor, type AcceptorLimits, type HostWithoutEvents } from "./acceptor.ts";
import { guardAgainstOverload, type Overload } from "./overload.ts";
import type { OverloadLimits } from "./overload-limits.ts";
import type { Router } from "./router.ts";

/** What {@link serve} is given, checked. */
export interface ServingOptions {
  readonly limits: AcceptorLimits;
  readonly bounds: OverloadLimits;
  /** Undefined: connections that begin with TLS are refused. */
  readonly tls: ServerTlsOptions | undefined;
  readonly logger: Logger;
  readonly router: Router;
  readonly host: Omit<HostWithoutEvents, "load">;
}

/** What a server takes connections and calls with. */
export interface Serving {
  readonly acceptor: Acceptor;
  readonly tls: TlsServer | undefined;
  readonly overload: Overload;
}

export function serve({ limits, bounds, tls, logger, router, host }: ServingOptions): Serving {
  const overload = guardAgainstOverload(bounds, logger);
  router.admission = overload.admission;
  const tlsServer = tls === undefined ? undefined : new TlsServer(tls, [framing]);
  const acceptor = new Acceptor(limits, { ...host, load: overload.load }, tlsServer);
  overload.start();
  return { acceptor, tls: tlsServer, overload };
}
