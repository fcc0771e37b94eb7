import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as httpRequest,
  type RequestOptions,
} from "node:http";
import { startTimer, stopTimer } from "../timer.ts";
import { contextFor } from "../transport/tls-client.ts";
import { explainTls } from "../transport/tls-failure.ts";
import type { ClientTlsOptions } from "../transport/tls-options.ts";

/** Bytes that are read of an answer where the caller says nothing else. */
const maxAnswerBytes = 64 * 1024;
/** Characters of an answer that refuses. */
const longestReason = 500;

/** What to ask of a registry. */
export interface HttpRequest {
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  readonly url: URL;
  /** JSON. */
  readonly body?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Bytes of the answer's headers; Node's own limit, 16 KiB, without it. */
  readonly maxHeaderBytes?: number | undefined;
  /** For https; Node's own authorities without it. */
  readonly tls?: ClientTlsOptions | undefined;
}

/** How far a request may go. */
export interface RequestBounds {
  /** In ms, for all of it. */
  readonly timeLimit: number;
  /** Gives up earlier. */
  readonly signal?: AbortSignal | undefined;
  /** Bytes of the answer, and what raises that; 64 KiB without it. */
  readonly answer?: { readonly most: number; readonly option: string } | undefined;
}

/** An answer that is not what was asked for; `status` is 400 and up. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;
  /** The first line of the answer. */
  readonly line: string;

  constructor(status: number, message: string, line = "") {
    super(message);
    this.status = status;
    this.line = line;
  }

  /** Whether asking again would get the same answer. */
  get final(): boolean {
    return this.status < 500 && this.status !== 408 && this.status !== 429;
  }
}

/** An answer, whole. */
export interface HttpAnswer {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/**
 * Asks, and reads the whole answer.
 * @throws HttpError for an answer that refuses, Error for none
 */
export async function send(asked: HttpRequest, bounds: RequestBounds): Promise<string> {
  return (await ask(asked, bounds)).text;
}

/** As {@link send}, with the answer's headers. */
export async function ask(asked: HttpRequest, bounds: RequestBounds): Promise<HttpAnswer> {
  const { timeLimit, signal, answer } = bounds;
  const controller = new AbortController();
  const timer = startTimer(timeLimit, () => {
    controller.abort(new Error(`no answer from ${asked.url.origin} within ${timeLimit} ms`));
  });
  const giveUp = (): void => controller.abort(signal?.reason);
  signal?.addEventListener("abort", giveUp);
  if (signal?.aborted === true) giveUp();
  try {
    const opened = await open(asked, controller.signal);
    return { headers: opened.headers, text: await readAll(opened, asked.url, answer) };
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    stopTimer(timer);
    signal?.removeEventListener("abort", giveUp);
    controller.abort();
  }
}

/**
 * Asks, and returns the answer once its head is there.
 * @param signal - gives up, also on the answer
 * @throws HttpError for an answer that refuses, Error for none
 */
export async function open(asked: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const answer = await head(asked, signal);
  const status = answer.statusCode ?? 0;
  if (status >= 200 && status < 300) return answer;
  const text = await firstLine(answer);
  throw new HttpError(
    Math.max(status, 400),
    `${asked.url.origin} answered ${status}${text === "" ? "" : `: ${text}`}`,
    text,
  );
}

function head(asked: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const { method, url, body, maxHeaderBytes } = asked;
  return new Promise((resolve, reject) => {
    const headers: Record<string, string | number> = { ...asked.headers };
    if (body !== undefined) {
      headers["content-type"] = "application/json";
      headers["content-length"] = Buffer.byteLength(body);
    }
    // A connection of its own: none is left open between requests that are seconds apart.
    const options = { method, headers, signal, agent: false, maxHeaderSize: maxHeaderBytes } as const;
    const request =
      url.protocol === "https:"
        ? httpsRequest()(url, { ...options, ...secured(asked.tls ?? {}) }, resolve)
        : httpRequest(url, options, resolve);
    // Stays for the life of the request: a late error of an aborted one is nobody's business.
    request.on("error", (error) => reject(explained(error, url)));
    // A switch to another protocol that nobody asked for closes the request without an error.
    request.on("close", () => reject(brokenOff(url)));
    request.end(body);
  });
}

/** Loaded where it is needed: most registries speak plain HTTP. */
function httpsRequest(): typeof httpRequest {
  return process.getBuiltinModule("node:https").request;
}

function secured(tls: ClientTlsOptions): RequestOptions {
  return {
    secureContext: contextFor(tls),
    ...(tls.servername !== undefined && { servername: tls.servername }),
  } as RequestOptions;
}

/** What refuses TLS says so in codes; who breaks off is named nowhere. */
function explained(error: NodeJS.ErrnoException, url: URL): Error {
  if (error.message === "socket hang up") return brokenOff(url, error);
  if (url.protocol !== "https:") return error;
  const isOfTheNetwork = /^E[A-Z]+$/.test(String(error.code)) && error.code !== "EPROTO";
  if (error.name === "AbortError" || isOfTheNetwork) return error;
  return new Error(`TLS with ${url.origin} failed: ${explainTls(error, "client")}`, { cause: error });
}

function brokenOff(url: URL, cause?: Error): Error {
  return new Error(`${url.origin} closed the connection without an answer`, { cause });
}

const smallAnswer = { most: maxAnswerBytes, option: undefined };

async function readAll(
  answer: IncomingMessage,
  url: URL,
  { most, option }: { most: number; option: string | undefined } = smallAnswer,
): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    if ((size += chunk.length) > most) {
      const remedy = option === undefined ? "" : ` (option ${option})`;
      throw new Error(`the answer of ${url.origin} has more than ${most} bytes${remedy}`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** What an answer that refuses says: its first line, fit for a message. */
async function firstLine(answer: IncomingMessage): Promise<string> {
  answer.setEncoding("utf8");
  let text = "";
  for await (const chunk of answer as AsyncIterable<string>) {
    text = (text + chunk).trimStart();
    if (text.length > longestReason || text.includes("\n")) break;
  }
  return text
    .split("\n", 1)[0]!
    .slice(0, longestReason)
    .replace(/[\u0000-\u001f\u007f]/g, " ")
    .trim();
}
