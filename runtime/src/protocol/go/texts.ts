import { wellFormed } from "../../bytes/utf8.ts";
import { RpcError, type StatusCode } from "../../errors.ts";

/** Characters of an error's text that are kept, of those that come and those that go. */
const maxText = 16 * 1024;

/** An error as it goes out: without a text it would pass for success. */
export function errorText(error: RpcError): string {
  return shorten(error.rawMessage === "" ? error.code : error.rawMessage);
}

/** A caller learns a text; what those of Go's own servers mean is known. */
export function errorOf(text: string, prefix: string): RpcError {
  // Nobody can know whether a handler was entered: the server's own errors are texts like those of handlers.
  return new RpcError(codeOf(text), shorten(text), { prefix, sent: "maybe" });
}

/** To what can be sent: what was cut, or is no Unicode, has no form in gob. */
function shorten(text: string): string {
  return wellFormed(text.length > maxText ? `${text.slice(0, maxText)}…` : text);
}

const codes: readonly (readonly [RegExp, StatusCode])[] = [
  [/^rpc( server)?: (can't find (service|method)|service\/method request ill-formed)/, "UNIMPLEMENTED"],
  [/^rpc server: request handle timeout/, "DEADLINE_EXCEEDED"],
];

function codeOf(text: string): StatusCode {
  return codes.find(([pattern]) => pattern.test(text))?.[1] ?? "UNKNOWN";
}

/** Why a call of a method that streams goes nowhere. */
export function noStreams(name: string, protocol: string): string {
  return `${name} streams, and ${protocol} has no streams: call it over mux`;
}

/** What users of the Go frameworks know from a handler that took too long. */
export function handleTimeoutText(ms: number): string {
  return `rpc server: request handle timeout: expect within ${goDuration(ms)}`;
}

/** A time in ms as Go prints a `time.Duration`: `1s`, `1.5s`, `2m0s`, `250ms`. */
export function goDuration(ms: number): string {
  if (ms < 1) return ms < 0.001 ? `${round(ms * 1e6)}ns` : `${round(ms * 1e3)}µs`;
  if (ms < 1_000) return `${round(ms)}ms`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = `${round(ms / 1_000 - minutes * 60)}s`;
  if (minutes === 0) return seconds;
  return minutes < 60 ? `${minutes}m${seconds}` : `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}`;
}

/** To nine digits behind the point, as far as Go's go. */
function round(value: number): number {
  return Math.round(value * 1e9) / 1e9;
}
