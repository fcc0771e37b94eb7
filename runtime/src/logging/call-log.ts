import type { ClientInterceptor } from "../client/interceptor.ts";
import type { Logger } from "../logger.ts";
import { checkNames, type OptionNames } from "../option-names.ts";
import { nameOfError, textOfError, typeOfError } from "../observation/error-text.ts";
import { FailureReport } from "../observation/failure-report.ts";
import { observeClient, observeServer } from "../observation/interceptors.ts";
import type { Direction, ObservedCall } from "../observation/observed-call.ts";
import type { Observer } from "../observation/observer.ts";
import { isThenable } from "../thenable.ts";
import { Watch } from "../observation/watch.ts";
import type { JsonValue } from "../schema/message.ts";
import type { AnyMethod, MethodKind } from "../schema/service.ts";
import type { ServerInterceptor } from "../server/interceptor.ts";
import type { CallRecord, ErrorRecord } from "./record.ts";
import { redact, shorten } from "./redact.ts";

/** Whether records show something: for all methods, or for those chosen. */
export type Choice = boolean | ((method: AnyMethod) => boolean);

/** What a call log writes, and where to. */
export interface CallLogOptions {
  /** Called once per call, at its end. What it throws, or rejects with, is reported and fails no call. */
  readonly write: (record: CallRecord) => unknown;
  /** Keys of the caller's metadata that records show. @defaultValue none */
  readonly metadata?: readonly string[];
  /** Whether records show requests, sensitive fields redacted. @defaultValue false */
  readonly request?: Choice;
  /** Whether records show responses and the fields of typed errors, sensitive ones redacted. @defaultValue false */
  readonly response?: Choice;
  /** Told once where `write` or a choice fails. @defaultValue silent */
  readonly logger?: Logger;
}

/** Interceptors that write a record of each call. */
export interface CallLog {
  /** Records the calls of channels: for `interceptors` of `connect`. */
  readonly client: ClientInterceptor;
  /** Records the calls that come in: for `interceptors` of `new Server`. */
  readonly server: ServerInterceptor;
}

const names: OptionNames<CallLogOptions> = {
  write: true,
  metadata: true,
  request: true,
  response: true,
  logger: true,
};

/**
 * Makes interceptors that write a record of each call; put them first, so that they see what callers get.
 * @throws TypeError for an option that is not known
 */
export function callLog(options: CallLogOptions): CallLog {
  checkNames("callLog()", names, options);
  const report = new FailureReport("a call log failed; further failures are not reported", options.logger);
  return {
    client: observeClient(new Watch(new LogObserver("client", options, report), report)),
    server: observeServer(new Watch(new LogObserver("server", options, report), report)),
  };
}

/** The messages that a record will show. */
interface Kept {
  request?: JsonValue;
  response?: JsonValue;
}

const streamedSides: Readonly<Record<MethodKind, readonly Direction[]>> = {
  unary: [],
  "server-stream": ["response"],
  "client-stream": ["request"],
  "bidi-stream": ["request", "response"],
};

class LogObserver implements Observer<Kept> {
  readonly #side: CallRecord["side"];
  readonly #options: CallLogOptions;
  readonly #report: FailureReport;

  constructor(side: CallRecord["side"], options: CallLogOptions, report: FailureReport) {
    this.#side = side;
    this.#options = options;
    this.#report = report;
  }

  begin(): void {
    // What there is to keep comes later.
  }

  message(call: ObservedCall<Kept>, direction: Direction, message: unknown): void {
    if (!this.#shows(direction, call.method) || streamedSides[call.method.kind].includes(direction)) return;
    // Shown as it is now: a handler may change its request.
    (call.state ??= {})[direction] = redact(call.method[direction].type, message);
  }

  end(call: ObservedCall<Kept>): void {
    const written = this.#options.write(this.#record(call));
    // Awaited by nobody: its failure would end the process.
    if (isThenable(written)) written.then(undefined, (error: unknown) => this.#report.tell(error));
  }

  #record(call: ObservedCall<Kept>): CallRecord {
    const { method, peer, outcome, duration, requests, responses } = call;
    const onClient = this.#side === "client";
    const metadata = this.#metadata(call);
    return {
      side: this.#side,
      method: method.path,
      kind: method.kind,
      peer,
      code: outcome,
      duration,
      messagesIn: onClient ? responses : requests,
      messagesOut: onClient ? requests : responses,
      ...(metadata !== undefined && { metadata }),
      ...call.state,
      ...(call.error !== undefined && { error: this.#error(call) }),
    };
  }

  #metadata(call: ObservedCall): CallRecord["metadata"] {
    const { metadata: keys = [] } = this.#options;
    if (keys.length === 0) return undefined;
    const { metadata } = call;
    const values = keys.map((key) => [key, metadata.getAll(key).map(shown)] as const);
    return Object.fromEntries(values.filter(([, all]) => all.length > 0));
  }

  #error(call: ObservedCall): ErrorRecord {
    const { method, error } = call;
    const message = textOfError(call);
    const type = this.#shows("response", method) ? typeOfError(error) : undefined;
    return {
      name: nameOfError(error),
      ...(message !== undefined && { message: shorten(message) }),
      ...(type !== undefined && { fields: redact(type, error) }),
    };
  }

  #shows(direction: Direction, method: AnyMethod): boolean {
    const choice = this.#options[direction] ?? false;
    return typeof choice === "function" ? choice(method) : choice;
  }
}

function shown(value: string | Uint8Array): string {
  return shorten(typeof value === "string" ? value : Buffer.from(value).toString("base64"));
}
