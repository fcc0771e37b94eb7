/** What reflection must say of services, worked out from their schemas: it shares no code with what is tested. */
import type {
  Declaration,
  Enum,
  Field,
  Method,
  Payload,
  SchemaFile,
  Service,
  Type,
  TypedError,
} from "@gorpc/idl";

type Named = Exclude<Declaration, { kind: "constant" | "service" }>;

/** The services of some files, and all types that they lead to. */
export function expectedSchema(files: readonly SchemaFile[]): { services: unknown[]; types: unknown[] } {
  const services = files.flatMap(({ declarations }) => declarations).filter((one) => one.kind === "service");
  const reached = new Set<Named>();
  for (const { request, response, throws } of services.flatMap(({ methods }) => methods)) {
    for (const payload of [request, response]) if (payload !== undefined) reach(payload.type, reached);
    for (const error of throws) reachDeclaration(error, reached);
  }
  const types = [...reached].sort((a, b) => (a.fullName < b.fullName ? -1 : 1));
  return { services: services.map(serviceOf), types: types.map(typeOf) };
}

function reach(type: Type, reached: Set<Named>): void {
  if (type.kind === "list") reach(type.element, reached);
  else if (type.kind === "map") reach(type.value, reached);
  else if (type.kind !== "scalar") reachDeclaration(type.declaration, reached);
}

function reachDeclaration(declaration: Named, reached: Set<Named>): void {
  if (reached.has(declaration)) return;
  reached.add(declaration);
  if (declaration.kind === "enum") return;
  const fields = declaration.kind === "union" ? declaration.members : declaration.fields;
  for (const { type } of fields) reach(type, reached);
}

function about({ doc, deprecated }: { doc?: string | undefined; deprecated?: string | undefined }) {
  return { doc: (doc ?? "").trim(), deprecated };
}

function serviceOf(service: Service): unknown {
  const { fullName, go, methods } = service;
  return { name: fullName, go, methods: methods.map(methodOf), ...about(service) };
}

function methodOf(method: Method): unknown {
  const { name, localName, request, response, throws, timeout, idempotent, go } = method;
  const streams = (payload: Payload | undefined): number => (payload?.stream === true ? 1 : 0);
  return {
    name,
    localName,
    kind: streams(request) * 2 + streams(response),
    request: request && reference(request.type),
    response: response && reference(response.type),
    throws: throws.map(({ fullName }) => fullName),
    timeout,
    idempotent,
    go,
    ...about(method),
  };
}

function reference(type: Type): unknown {
  switch (type.kind) {
    case "scalar":
      return { kind: "scalar", value: type.scalar };
    case "list":
      return { kind: "list", value: { element: reference(type.element) } };
    case "map":
      return { kind: "map", value: { key: type.key, value: reference(type.value) } };
    default:
      return { kind: "named", value: type.declaration.fullName };
  }
}

function typeOf(declaration: Named): unknown {
  const common = { name: declaration.fullName, ...about(declaration) };
  switch (declaration.kind) {
    case "enum":
      return { kind: "enum", value: { ...common, values: valuesOf(declaration) } };
    case "message":
      return { kind: "message", value: { ...common, fields: declaration.fields.map(fieldOf) } };
    case "union":
      return { kind: "union", value: { ...common, members: declaration.members.map(fieldOf) } };
    case "error":
      return { kind: "error", value: { ...common, ...errorOf(declaration) } };
  }
}

function errorOf({ code, fields }: TypedError) {
  return { code, fields: fields.map(fieldOf) };
}

function valuesOf({ values }: Enum): unknown[] {
  return values.map((value) => ({ name: value.name, number: value.number, ...about(value) }));
}

function fieldOf(field: Field): unknown {
  const { number, name, type, optional, json, sensitive, go } = field;
  return {
    number,
    name,
    type: reference(type),
    optional,
    json: json ?? name,
    sensitive,
    go,
    ...about(field),
  };
}
