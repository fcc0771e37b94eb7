import type {
  AnyMessageType,
  AnyMethod,
  AnyService,
  AnyUnionType,
  EnumType,
  ErrorClass,
  Field,
  MethodKind as KindName,
  ValueType,
} from "../index.ts";
import { DocIndex } from "./doc-index.ts";
import {
  type EnumValueDescription,
  type FieldDescription,
  type MethodDescription,
  MethodKind,
  type Schema,
  type ServiceDescription,
  type Type,
  type TypeDescription,
} from "./reflection.gorpc.ts";

type NamedType = AnyMessageType | AnyUnionType | EnumType | ErrorClass["type"];

const kinds: Readonly<Record<KindName, MethodKind>> = {
  unary: MethodKind.UNARY,
  "server-stream": MethodKind.SERVER_STREAM,
  "client-stream": MethodKind.CLIENT_STREAM,
  "bidi-stream": MethodKind.BIDI_STREAM,
};

/** Describes services and every type that they lead to, as messages. */
export function describeServices(services: readonly AnyService[]): Schema {
  return new Walk(services).describe(services);
}

class Walk {
  readonly #docs: DocIndex;
  /** What was come across, by full name. */
  readonly #named = new Map<string, NamedType>();

  constructor(services: readonly AnyService[]) {
    this.#docs = new DocIndex(services);
  }

  describe(services: readonly AnyService[]): Schema {
    const described = services.map((service) => this.#service(service));
    const types = new Map<string, TypeDescription>();
    // The map grows while it is walked: types lead to further ones, and back to themselves.
    for (const [name, type] of this.#named) types.set(name, this.#namedType(type));
    const byName = [...types].sort(([a], [b]) => (a < b ? -1 : 1));
    return { services: described, types: byName.map(([, type]) => type) };
  }

  #service({ typeName, go, methods }: AnyService): ServiceDescription {
    return {
      name: typeName,
      methods: Object.values(methods).map((method) => this.#method(method)),
      go,
      ...this.#docs.of(typeName),
    };
  }

  #method(method: AnyMethod): MethodDescription {
    const { name, localName, kind, request, response, throws, timeout, idempotent, go } = method;
    for (const { type } of throws) this.#named.set(type.typeName, type);
    return {
      name,
      localName,
      kind: kinds[kind],
      // A body is a message, a union, a wrapped value or nothing; errors are none.
      request: request.type && this.#type(request.type as ValueType),
      response: response.type && this.#type(response.type as ValueType),
      throws: throws.map(({ type }) => type.typeName),
      timeout,
      idempotent,
      go,
      ...this.#docs.of(method.service, name),
    };
  }

  #type(type: ValueType): Type {
    if (typeof type === "string") return { kind: "scalar", value: type };
    switch (type.kind) {
      case "list":
        return { kind: "list", value: { element: this.#type(type.element) } };
      case "map":
        return { kind: "map", value: { key: type.key, value: this.#type(type.value) } };
      case "enum":
      case "message":
      case "union":
        if (!this.#named.has(type.typeName)) this.#named.set(type.typeName, type);
        return { kind: "named", value: type.typeName };
    }
  }

  #namedType(type: NamedType): TypeDescription {
    const about = { name: type.typeName, ...this.#docs.of(type.typeName) };
    const describeFields = (fields: readonly Field[]): FieldDescription[] =>
      fields.map((field) => this.#field(type.typeName, field));
    switch (type.kind) {
      case "message":
        return { kind: "message", value: { ...about, fields: describeFields(type.fields) } };
      case "union":
        return { kind: "union", value: { ...about, members: describeFields(type.members) } };
      case "error":
        return { kind: "error", value: { ...about, code: type.code, fields: describeFields(type.fields) } };
      case "enum":
        return { kind: "enum", value: { ...about, values: this.#values(type) } };
    }
  }

  #field(owner: string, { number, name, type, optional, json, sensitive, go }: Field): FieldDescription {
    return {
      number,
      name,
      type: this.#type(type),
      optional: optional ?? false,
      json: json ?? name,
      sensitive: sensitive ?? false,
      go,
      ...this.#docs.of(owner, name),
    };
  }

  #values({ typeName, values }: EnumType): EnumValueDescription[] {
    return Object.entries(values).map(([name, number]) => ({
      number,
      name,
      ...this.#docs.of(typeName, name),
    }));
  }
}
