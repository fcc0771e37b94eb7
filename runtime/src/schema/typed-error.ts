import { RpcError, type RpcErrorOptions, type StatusCode } from "../errors.ts";
import type { Body } from "./body.ts";
import type { ErrorFields } from "./types.ts";

/** A typed error's description: the static `type` of the generated class. */
export interface ErrorType<Fields extends object> extends Body<Fields>, ErrorFields {
  /** As in the schema, without the package; an instance's `name` and `kind`. */
  readonly name: string;
  /** Itself: its fields need no wrapper. */
  readonly type: ErrorType<Fields>;
  /** From `@code`: what those see who do not know the error. */
  readonly code: StatusCode;
  /** Name and first doc line: the message where none is given. */
  readonly defaultMessage: string;
}

/** A generated error class, as a method's `throws` lists it. */
export interface ErrorClass {
  /** How its instances go over the wire, and their fields. */
  // The fields differ from class to class; a list of classes must not care.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly type: ErrorType<any>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  new (fields: any, message?: string, options?: RpcErrorOptions): TypedError;
}

/** The base of the error classes that a schema declares; a subclass's fields are its own properties. */
export abstract class TypedError extends RpcError {
  /** The error's name in its schema: a literal in each subclass, so that a `switch` over it is exhaustive. */
  abstract readonly kind: string;

  /**
   * For the generated subclasses.
   * @param message - without it, the error's name and first doc line
   */
  constructor(
    type: Pick<ErrorType<object>, "name" | "code" | "defaultMessage">,
    message?: string,
    options?: RpcErrorOptions,
  ) {
    super(type.code, message ?? type.defaultMessage, options);
    Object.defineProperty(this, "name", { value: type.name, configurable: true, writable: true });
  }
}

/** An error's description: the static `type` of its class, since an instance's own `type` may be a field. */
export function errorTypeOf(error: TypedError): ErrorType<object> {
  return (error.constructor as unknown as ErrorClass).type as ErrorType<object>;
}
