import type { IncomingMessage } from "node:http";
import type { ClientTlsOptions } from "../../transport/tls-options.ts";
import { within } from "../follow.ts";
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
  /** By member: the login that is on its way. */
  readonly #logins = new Map<string, Promise<string>>();

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  /**
   * Asks one member.
   * @param path - below `/v3/`
   * @throws EtcdError for a refusal, Error for no answer
   */
  ask(host: string, path: string, body: object, bounds: RequestBounds): Promise<string> {
    return this.#authorized(host, bounds, (headers) =>
      send(this.#request(host, path, body, headers), bounds),
    );
  }

  /**
   * Asks one member for what does not end by itself.
   * @throws EtcdError for a refusal, Error for no answer
   */
  stream(host: string, path: string, body: object, signal: AbortSignal): Promise<IncomingMessage> {
    const bounds = { timeLimit: this.#options.requestTimeout, signal };
    return this.#authorized(host, bounds, (headers) =>
      open(this.#request(host, path, body, headers), signal),
    );
  }

  #request(host: string, path: string, body: object, headers: Record<string, string>): HttpRequest {
    const tls = this.#options.tls?.();
    return { method: "POST", url: new URL(`${host}/v3/${path}`), body: JSON.stringify(body), headers, tls };
  }

  async #authorized<T>(
    host: string,
    bounds: RequestBounds,
    run: (headers: Record<string, string>) => Promise<T>,
  ): Promise<T> {
    const token = this.#tokens.get(host) ?? (await this.#newToken(host, undefined, bounds));
    try {
      return await run(headersOf(token));
    } catch (error) {
      const refusal = explain(error, host);
      const isRefused = refusal instanceof EtcdError;
      // Some of etcd's releases, 3.4.23 among them, break off where they should refuse an old token.
      if (!isRefused && !(refusal instanceof HttpError)) this.#tokens.delete(host);
      if (this.#options.user === undefined || !isRefused || !refusal.wantsToken) throw refusal;
    }
    // Tokens expire, and are forgotten when etcd starts again.
    try {
      return await run(headersOf(await this.#newToken(host, token, bounds)));
    } catch (error) {
      throw explain(error, host);
    }
  }

  /** @param old - which did not do; undefined where there was none */
  async #newToken(
    host: string,
    old: string | undefined,
    { timeLimit, signal }: RequestBounds,
  ): Promise<string> {
    const known = this.#tokens.get(host);
    if (known !== undefined && known !== old) return known;
    const token = await within(this.#logIn(host), timeLimit, signal);
    if (token === undefined) throw new Error(`no answer from ${host} within ${timeLimit} ms`);
    return token;
  }

  /** One at a time, whoever asks: comparing a password is a great effort for etcd. */
  #logIn(host: string): Promise<string> {
    let login = this.#logins.get(host);
    if (login === undefined) {
      login = this.#askForToken(host).finally(() => this.#logins.delete(host));
      this.#logins.set(host, login);
    }
    return login;
  }

  async #askForToken(host: string): Promise<string> {
    const { user, requestTimeout } = this.#options;
    let token = "";
    try {
      if (user !== undefined) {
        const asked = this.#request(host, "auth/authenticate", user, {});
        token = parseToken(await send(asked, { timeLimit: requestTimeout }));
      }
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
