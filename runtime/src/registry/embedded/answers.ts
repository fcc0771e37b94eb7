import type { IncomingMessage, ServerResponse } from "node:http";
import type { RegistryLimits } from "./limits.ts";
import { Refusal } from "./refusal.ts";

/** Reads a request's body. @throws Refusal for one that is too long */
export function readBody(request: IncomingMessage, maxBodyBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk);
      size += chunk.length;
      if (size <= maxBodyBytes) return;
      // Not destroyed: that would close the connection before it carries the answer.
      request.removeListener("data", onData);
      const text = `the body has more than ${maxBodyBytes} bytes (option maxBodyBytes of the registry)`;
      reject(new Refusal(413, text, { connection: "close" }));
    };
    request.on("data", onData);
    request.once("end", () => resolve(Buffer.concat(chunks).toString()));
    request.once("error", reject);
  });
}

/** Answers with JSON that people can read. */
export function answerJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(`${JSON.stringify(body, undefined, 2)}\n`);
}

export function answerText(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { ...headers, "content-type": "text/plain; charset=utf-8" });
  response.end(`${text}\n`);
}

/** Answers a classic framework. */
export function answerHeaders(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  // Without a body: their clients read none, and Go keeps a connection for each that is not read.
  response.writeHead(200, { ...headers, "cache-control": "no-store", "content-length": 0 });
  response.end();
}

/** What to write for what is no HTTP request at all, or not in time. */
export function answerGarbage(
  { code }: NodeJS.ErrnoException,
  { maxHeaderBytes, requestTimeout }: Pick<RegistryLimits, "maxHeaderBytes" | "requestTimeout">,
): string {
  const [status, text] =
    code === "HPE_HEADER_OVERFLOW"
      ? [
          "431 Request Header Fields Too Large",
          `the headers have more than ${maxHeaderBytes} bytes (option maxHeaderBytes)`,
        ]
      : code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? [
            "408 Request Timeout",
            `the request took more than ${requestTimeout} ms to arrive (option requestTimeout)`,
          ]
        : ["400 Bad Request", "this is not HTTP/1.1"];
  return `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\n\r\n${text}\n`;
}
