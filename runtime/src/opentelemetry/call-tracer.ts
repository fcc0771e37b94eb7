import type { Attributes, Context, Exception, Histogram, Span, Tracer } from "@opentelemetry/api";
import { nameOfError, stackOfError, textOfError } from "../observation/error-text.ts";
import type { ObservedCall, Outcome } from "../observation/observed-call.ts";
import type { Observer } from "../observation/observer.ts";
import {
  callerAttributes,
  clientAttributes,
  commonAttributes,
  endAttributes,
  methodName,
} from "./attributes.ts";
import type { Api } from "./load-api.ts";
import type { Propagator } from "./options.ts";
import { extract, inject } from "./propagation.ts";

/** A call's span, and the context in which it is the active one. */
export interface Traced {
  readonly span: Span;
  readonly context: Context;
  /** Of the measurement. */
  readonly attributes: Attributes;
}

/** What calls are traced with. */
export interface Instruments {
  readonly api: Api;
  readonly tracer: Tracer;
  readonly durations: Histogram;
  readonly propagator: Propagator;
}

abstract class CallTracer implements Observer<Traced> {
  protected readonly instruments: Instruments;

  constructor(instruments: Instruments) {
    this.instruments = instruments;
  }

  abstract begin(call: ObservedCall<Traced>): void;
  /** Whether an outcome is this side's failure. */
  protected abstract isError(outcome: Outcome): boolean;

  enter<T>({ state }: ObservedCall<Traced>, step: () => T): T {
    return this.instruments.api.context.with(state!.context, step);
  }

  end(call: ObservedCall<Traced>): void {
    const { span, context, attributes } = call.state!;
    const isError = this.isError(call.outcome);
    const end = endAttributes(call.outcome, isError);
    try {
      span.setAttributes(end);
      if (isError) this.#fail(span, call);
    } finally {
      span.end();
    }
    // In its context, so that a measurement can point at its trace.
    this.instruments.durations.record(call.duration / 1_000, { ...attributes, ...end }, context);
  }

  #fail(span: Span, call: ObservedCall): void {
    const { error } = call;
    const message = textOfError(call);
    const code = this.instruments.api.SpanStatusCode.ERROR;
    span.setStatus({ code, ...(message !== undefined && { message }) });
    if (error === undefined) return;
    const stack = stackOfError(call);
    const exception: Exception = {
      name: nameOfError(error),
      ...(message !== undefined && { message }),
      ...(stack !== undefined && { stack }),
    };
    span.recordException(exception);
  }

  protected start(call: ObservedCall<Traced>, parent: Context, kind: number, ofSpan: Attributes): Context {
    const { api, tracer } = this.instruments;
    const span = tracer.startSpan(methodName(call), { kind, attributes: ofSpan }, parent);
    return api.trace.setSpan(parent, span);
  }
}

/** Traces the calls of a channel, under what is active where they are made. */
export class ClientTracer extends CallTracer {
  begin(call: ObservedCall<Traced>): void {
    const { api, propagator } = this.instruments;
    const attributes = clientAttributes(call);
    const context = this.start(call, api.context.active(), api.SpanKind.CLIENT, attributes);
    const span = api.trace.getSpan(context)!;
    call.state = { span, context, attributes };
    try {
      inject(propagator, context, call);
    } catch (error) {
      // The call goes on unobserved: nobody else ends its span.
      span.end();
      throw error;
    }
  }

  protected isError(outcome: Outcome): boolean {
    return outcome !== "OK";
  }
}

/** What is the server's own failure; the others are its answer to a caller that asked for the wrong thing. */
const serverErrors: ReadonlySet<Outcome> = new Set<Outcome>([
  "UNKNOWN",
  "DEADLINE_EXCEEDED",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
]);

/** Traces the calls of a server, under what their callers sent. */
export class ServerTracer extends CallTracer {
  begin(call: ObservedCall<Traced>): void {
    const { api, propagator } = this.instruments;
    // Not under what is active: a connection may have been made inside a span of this process.
    const parent = extract(propagator, api.ROOT_CONTEXT, call);
    const attributes = commonAttributes(call);
    const ofSpan = { ...attributes, ...callerAttributes(call) };
    const context = this.start(call, parent, api.SpanKind.SERVER, ofSpan);
    call.state = { span: api.trace.getSpan(context)!, context, attributes };
  }

  protected isError(outcome: Outcome): boolean {
    return serverErrors.has(outcome);
  }
}
