import { request as httpRequest, type IncomingMessage } from "node:http";
import { startTimer, stopTimer } from "../timer.ts";

/** Bytes that are read of an answer whose content nobody needs. */
const maxAnswerBytes = 64 * 1024;
/** Characters of an answer that refuses. */
const longestReason = 500;

/** What to ask of a registry. */
export interface HttpRequest {
  readonly method: "GET" | "PUT" | "DELETE";
  readonly url: URL;
  readonly body?: string | undefined;
}

/** An answer that is not what was asked for; `status` is 400 and up. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }

  /** Whether asking again would get the same answer. */
  get final(): boolean {
    return this.status < 500 && this.status !== 408 && this.status !== 429;
  }
}

/**
 * Asks, and reads the whole answer.
 * @param timeLimit - in ms, for all of it
 * @throws HttpError for an answer that refuses, Error for none
 */
export async function send(asked: HttpRequest, timeLimit: number): Promise<void> {
  const controller = new AbortController();
  const timer = startTimer(timeLimit, () => {
    controller.abort(new Error(`no answer from ${asked.url.origin} within ${timeLimit} ms`));
  });
  try {
    const answer = await open(asked, controller.signal);
    await drain(answer);
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    stopTimer(timer);
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
  );
}

function head({ method, url, body }: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // A connection of its own: none is left open between requests that are seconds apart.
    const headers =
      body === undefined
        ? {}
        : { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const request = httpRequest(url, { method, headers, signal, agent: false }, resolve);
    // Stays for the life of the request: a late error of an aborted one is nobody's business.
    request.on("error", reject);
    request.end(body);
  });
}

async function drain(answer: IncomingMessage): Promise<void> {
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    if ((size += chunk.length) > maxAnswerBytes) throw new Error("the answer does not end");
  }
}

/** What an answer that refuses says: its first line, fit for a message. */
async function firstLine(answer: IncomingMessage): Promise<string> {
  answer.setEncoding("utf8");
  let text = "";
  for await (const chunk of answer as AsyncIterable<string>) {
    text += chunk;
    if (text.length > longestReason || text.includes("\n")) break;
  }
  return text
    .split("\n", 1)[0]!
    .slice(0, longestReason)
    .replace(/[\u0000-\u001f\u007f]/g, " ")
    .trim();
}
