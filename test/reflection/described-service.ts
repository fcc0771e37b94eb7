/** A service made of nothing but its description, as a console would: its calls travel as JSON. */
import {
  type AnyService,
  bidiStream,
  type Body,
  clientStream,
  enumeration,
  type ErrorClass,
  errorType,
  type Field,
  list,
  map,
  type MapKeyName,
  messageBody,
  nothing,
  type ScalarName,
  serverStream,
  service,
  type StatusCode,
  type Unary,
  TypedError,
  unary,
  unionBody,
  type ValueType,
  wrapper,
} from "@gorpc/runtime";
import type { FieldDescription, MethodDescription, Schema, Type } from "@gorpc/runtime/reflection";

/** The binary format has its code generated; JSON is read and written by descriptions. */
const onlyJson = {
  write(): never {
    throw new Error("described types are for JSON");
  },
  read(): never {
    throw new Error("described types are for JSON");
  },
};

export function describedService(schema: Schema, name: string): AnyService {
  const described = schema.services.find((one) => one.name === name)!;
  const types = new Types(schema);
  const methods = described.methods.map((method) => [method.localName, types.draft(method)] as const);
  return service<object, Record<string, Unary<unknown, unknown>>>(name, () => Object.fromEntries(methods));
}

type Maker = typeof unary<unknown, unknown>;
const makers = [unary, serverStream, clientStream, bidiStream] as unknown as readonly Maker[];

class Types {
  readonly #schema: Schema;
  readonly #named = new Map<string, ValueType>();

  constructor(schema: Schema) {
    this.#schema = schema;
  }

  draft({ name, kind, request, response, timeout, idempotent, throws }: MethodDescription) {
    return makers[kind]!(
      name,
      () => this.#body(request),
      () => this.#body(response),
      {
        throws: () => throws.map((error) => this.#error(error)),
        ...(timeout !== undefined && { timeout }),
        ...(idempotent && { idempotent }),
      },
    );
  }

  #body(type: Type | undefined): Body<unknown> {
    if (type === undefined) return nothing;
    const value = this.#type(type);
    const isBody = typeof value === "object" && (value.kind === "message" || value.kind === "union");
    return isBody ? value : wrapper<unknown>({ ...onlyJson, type: () => value });
  }

  #type(type: Type): ValueType {
    switch (type.kind) {
      case "scalar":
        return type.value as ScalarName;
      case "list":
        return list(this.#type(type.value.element));
      case "map":
        return map(type.value.key as MapKeyName, this.#type(type.value.value));
      case "named":
        return this.#namedType(type.value);
      case "unknown":
        throw new Error("a kind of type that is newer than this test");
    }
  }

  #namedType(name: string): ValueType {
    let type = this.#named.get(name);
    if (type === undefined) this.#named.set(name, (type = this.#makeType(name)));
    return type;
  }

  #makeType(name: string): ValueType {
    const description = this.#find(name);
    switch (description.kind) {
      case "enum":
        return enumeration(
          name,
          Object.fromEntries(description.value.values.map((value) => [value.name, value.number])),
        );
      case "message":
        return messageBody<object>(name, {
          ...onlyJson,
          fields: () => this.#fields(description.value.fields),
        });
      case "union":
        return unionBody<{ kind: string }>(name, {
          ...onlyJson,
          members: () => this.#fields(description.value.members),
        });
      default:
        throw new Error(`${name} is no type of a value`);
    }
  }

  #error(name: string): ErrorClass {
    const description = this.#find(name);
    if (description.kind !== "error") throw new Error(`${name} is no error`);
    const { code, fields } = description.value;
    const type = errorType<object>(name, code as StatusCode, name, {
      ...onlyJson,
      fields: () => this.#fields(fields),
    });
    return class extends TypedError {
      static readonly type = type;
      readonly kind = type.name;
      constructor(values: object, ...rest: [text?: string]) {
        super(type, ...rest);
        Object.assign(this, values);
      }
    };
  }

  #fields(fields: readonly FieldDescription[]): Field[] {
    return fields.map(({ number, name, type, optional, json, sensitive }) => ({
      number,
      name,
      type: this.#type(type),
      json,
      ...(optional && { optional }),
      ...(sensitive && { sensitive }),
    }));
  }

  #find(name: string) {
    const found = this.#schema.types.find((type) => "value" in type && type.value.name === name);
    if (found === undefined || found.kind === "unknown") throw new Error(`${name} is not described`);
    return found;
  }
}
