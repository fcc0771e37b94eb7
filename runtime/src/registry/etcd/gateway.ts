import type { IncomingMessage } from "node:http";
import type { ClientTlsOptions } from "../../transport/tls-options.ts";
import { HttpError, type HttpRequest, open, type RequestBounds, send } from "../http-request.ts";
import { EtcdError } from "./etcd-error.ts";
import { parseRefusal, parseToken } from "./messages.ts";

export interface GatewayOptions {
  /** Asked at each request: what it returns may have been renewed. */
  readonly tls: (() => ClientTlsOptions) | undefined;
  readonly user: { readonly name: string; readonly password: string } | undefined;
  /** Of a request for a token, in ms. */
  readonly requestTimeout: number;
}

/** etcd over its JSON gateway, at any of a cluster's members. */
export class Gateway {
  readonly #options: GatewayOptions;
  /** By member: what proves who asks. Empty where etcd does not want to know. */
  readonly #tokens = new Map<string, string>();

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  /**
   * Asks one member.
   * @param path - below `/v3/`
   * @throws EtcdError for a refusal, Error for no answer
   */
  ask(host: string, path: string, body: object, bounds: RequestBounds): Promise<string> {
    return this.#authorized(host, bounds.signal, (headers) =>
      send(this.#request(host, path, body, headers), bounds),
    );
  }

  /**
   * Asks one member for what does not end by itself.
   * @throws EtcdError for a refusal, Error for no answer
   */
  stream(host: string, path: string, body: object, signal: AbortSignal): Promise<IncomingMessage> {
    return this.#authorized(host, signal, (headers) =>
      open(this.#request(host, path, body, headers), signal),
    );
  }

  #request(host: string, path: string, body: object, headers: Record<string, string>): HttpRequest {
    const tls = this.#options.tls?.();
    return { method: "POST", url: new URL(`${host}/v3/${path}`), body: JSON.stringify(body), headers, tls };
  }

  async #authorized<T>(
    host: string,
    signal: AbortSignal | undefined,
    run: (headers: Record<string, string>) => Promise<T>,
  ): Promise<T> {
    try {
      return await run(headersOf(this.#tokens.get(host) ?? (await this.#logIn(host, signal))));
    } catch (error) {
      const refusal = explain(error, host);
      if (this.#options.user === undefined || !(refusal instanceof EtcdError) || !refusal.wantsToken)
        throw refusal;
    }
    // Tokens expire, and are forgotten when etcd starts again.
    try {
      return await run(headersOf(await this.#logIn(host, signal)));
    } catch (error) {
      throw explain(error, host);
    }
  }

  async #logIn(host: string, signal: AbortSignal | undefined): Promise<string> {
    const { user, requestTimeout } = this.#options;
    if (user === undefined) return "";
    const asked = this.#request(host, "auth/authenticate", user, {});
    let token = "";
    try {
      token = parseToken(await send(asked, { timeLimit: requestTimeout, signal }));
    } catch (error) {
      const refusal = explain(error, host);
      if (!(refusal instanceof EtcdError) || !refusal.knowsNoUsers) throw refusal;
    }
    this.#tokens.set(host, token);
    return token;
  }
}

function headersOf(token: string): Record<string, string> {
  return token === "" ? {} : { authorization: token };
}

/** In etcd's words where it is etcd that refuses. */
function explain(error: unknown, host: string): unknown {
  if (!(error instanceof HttpError)) return error;
  const refusal = parseRefusal(error.line);
  return refusal === undefined ? error : new EtcdError(host, refusal.code, refusal.message);
}
