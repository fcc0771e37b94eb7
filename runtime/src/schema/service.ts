import type { Body } from "./body.ts";
import type { Docs } from "./docs.ts";
import type { ErrorClass } from "./typed-error.ts";

/** Which side of a method streams. */
export type MethodKind = "unary" | "server-stream" | "client-stream" | "bidi-stream";

/** Whether a method takes a stream of requests. */
export function streamsRequests({ kind }: AnyMethod): boolean {
  return kind === "client-stream" || kind === "bidi-stream";
}

/** Whether a method answers with a stream. */
export function streamsResponses({ kind }: AnyMethod): boolean {
  return kind === "server-stream" || kind === "bidi-stream";
}

/** What a schema says of a method beyond its types. */
export interface MethodOptions {
  /** From `@timeout`, in ms: the caller's default and the server's bound. */
  readonly timeout?: number;
  /** From `@idempotent`: may be retried and hedged. */
  readonly idempotent?: true;
  /** The typed errors that it declares. */
  readonly throws?: () => readonly ErrorClass[];
  /** The name on the Go side, where it differs. */
  readonly go?: string;
}

/** A method as data. */
export interface Method<I, O> {
  /** Which side streams. */
  readonly kind: MethodKind;
  /** The service's full name, `shop.orders.v1.Orders`. */
  readonly service: string;
  /** The name in the schema, `GetURL`. */
  readonly name: string;
  /** The name in TypeScript, `getURL`. */
  readonly localName: string;
  /** On the wire: `/shop.orders.v1.Orders/GetURL`. */
  readonly path: string;
  /** How a request goes over the wire, and what it holds. */
  readonly request: Body<I>;
  /** How an answer goes over the wire, and what it holds. */
  readonly response: Body<O>;
  /** From `@timeout`, in ms: the caller's default and the server's bound; undefined without it. */
  readonly timeout: number | undefined;
  /** From `@idempotent`: whether it may be retried and hedged. */
  readonly idempotent: boolean;
  /** The typed errors that it declares. */
  readonly throws: readonly ErrorClass[];
  /** The name on the Go side, where it differs. */
  readonly go: string | undefined;
  /** The service's name on the Go side, where it differs. */
  readonly goService: string | undefined;
}

/** A method with one request and one answer. */
export interface Unary<I, O> extends Method<I, O> {
  readonly kind: "unary";
}
/** A method with one request and a stream of answers. */
export interface ServerStream<I, O> extends Method<I, O> {
  readonly kind: "server-stream";
}
/** A method with a stream of requests and one answer. */
export interface ClientStream<I, O> extends Method<I, O> {
  readonly kind: "client-stream";
}
/** A method with a stream of requests and one of answers. */
export interface BidiStream<I, O> extends Method<I, O> {
  readonly kind: "bidi-stream";
}

/** Any method that streams in either direction. */
export type Streaming<I, O> = ServerStream<I, O> | ClientStream<I, O> | BidiStream<I, O>;

/** A method of any types, for what treats all alike: interceptors, balancers, logs. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyMethod = Method<any, any>;

/** A method as the generated code writes it, before its service names it. */
export type MethodDraft<M extends AnyMethod = AnyMethod> = (
  service: string,
  localName: string,
  goService?: string,
) => M;

/**
 * A service as data: names, types, timeouts.
 * @typeParam Handlers - what a server implements
 */
export interface Service<Handlers extends object, Methods extends Readonly<Record<string, AnyMethod>>> {
  /** The full name: `shop.orders.v1.Orders`. */
  readonly typeName: string;
  /** The name on the Go side, where it differs. */
  readonly go: string | undefined;
  /** By their TypeScript names; built at first use. */
  readonly methods: Methods;
  /** What the schema says to people, where it says anything. */
  readonly docs?: Docs;
  /** Carries the handlers' type; never set. */
  readonly handlers?: Handlers;
}

/** A service of any handlers and methods. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyService = Service<any, Readonly<Record<string, AnyMethod>>>;

function draft<I, O, M extends Method<I, O>>(
  kind: M["kind"],
  name: string,
  request: () => Body<I>,
  response: () => Body<O>,
  options: MethodOptions = {},
): MethodDraft<M> {
  return (service, localName, goService) => {
    const method: Method<I, O> = {
      kind,
      service,
      name,
      localName,
      path: `/${service}/${name}`,
      request: request(),
      response: response(),
      timeout: options.timeout,
      idempotent: options.idempotent ?? false,
      throws: options.throws?.() ?? [],
      go: options.go,
      goService,
    };
    return method as M;
  };
}

/** One request, one response. */
export function unary<I, O>(
  name: string,
  request: () => Body<I>,
  response: () => Body<O>,
  options?: MethodOptions,
): MethodDraft<Unary<I, O>> {
  return draft<I, O, Unary<I, O>>("unary", name, request, response, options);
}

/** One request, a stream of responses. */
export function serverStream<I, O>(
  name: string,
  request: () => Body<I>,
  response: () => Body<O>,
  options?: MethodOptions,
): MethodDraft<ServerStream<I, O>> {
  return draft<I, O, ServerStream<I, O>>("server-stream", name, request, response, options);
}

/** A stream of requests, one response. */
export function clientStream<I, O>(
  name: string,
  request: () => Body<I>,
  response: () => Body<O>,
  options?: MethodOptions,
): MethodDraft<ClientStream<I, O>> {
  return draft<I, O, ClientStream<I, O>>("client-stream", name, request, response, options);
}

/** A stream each way. */
export function bidiStream<I, O>(
  name: string,
  request: () => Body<I>,
  response: () => Body<O>,
  options?: MethodOptions,
): MethodDraft<BidiStream<I, O>> {
  return draft<I, O, BidiStream<I, O>>("bidi-stream", name, request, response, options);
}

/** Describes a service; `methods` runs at first use. */
export function service<Handlers extends object, Methods extends Readonly<Record<string, AnyMethod>>>(
  typeName: string,
  methods: () => { readonly [Name in keyof Methods]: MethodDraft<Methods[Name]> },
  options: { readonly go?: string } = {},
): Service<Handlers, Methods> {
  let built: Methods | undefined;
  return {
    typeName,
    go: options.go,
    get methods(): Methods {
      return (built ??= build(typeName, methods(), options.go));
    },
  };
}

function build<Methods extends Readonly<Record<string, AnyMethod>>>(
  typeName: string,
  drafts: { readonly [Name in keyof Methods]: MethodDraft<Methods[Name]> },
  goService: string | undefined,
): Methods {
  const methods: Record<string, AnyMethod> = {};
  for (const [localName, make] of Object.entries<MethodDraft>(drafts))
    methods[localName] = make(typeName, localName, goService);
  return methods as Methods;
}
