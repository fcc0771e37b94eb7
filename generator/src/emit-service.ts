import { clientName, handlersName, type Service } from "@gorpc/idl";
import { type ClassDeclarationStructure, type StatementStructures, StructureKind } from "ts-morph";
import { carriesDocs } from "./documented.ts";
import { emitConst } from "./emit-const.ts";
import { docs } from "./emit-doc.ts";
import { emitErrorUnion } from "./emit-error-union.ts";
import type { FileContext } from "./file-context.ts";
import { type MethodShape, methodShape } from "./method-shape.ts";
import { literal } from "./names.ts";

/** The skeleton, the service as data, the stub, and what its methods throw. */
export function emitService(service: Service, context: FileContext): StatementStructures[] {
  const methods = service.methods.map((method) => methodShape(method, context));
  return [
    emitHandlers(service, methods, context),
    ...emitDescription(service, methods, context),
    emitClient(service, methods, context),
    ...service.methods.flatMap((method) => emitErrorUnion(method, context)),
  ];
}

function emitHandlers(
  service: Service,
  methods: readonly MethodShape[],
  context: FileContext,
): StatementStructures {
  const { name, deprecated } = service;
  const base = {
    isExported: true,
    name: handlersName(service),
    docs: docs({ doc: `What a server of {@link ${name}} implements.`, deprecated }),
  };
  if (methods.length === 0) {
    return { kind: StructureKind.TypeAlias, ...base, type: `${context.global("Record")}<string, never>` };
  }
  return {
    kind: StructureKind.Interface,
    ...base,
    properties: [
      {
        name: context.block(
          "members",
          methods.map((shape) => emitHandler(shape, context)),
        ),
      },
    ],
  };
}

function emitHandler(shape: MethodShape, context: FileContext): string {
  const { method, kind, comment, request, response = "void" } = shape;
  const streamsIn = kind === "clientStream" || kind === "bidiStream";
  const streamsOut = kind === "serverStream" || kind === "bidiStream";
  const parameters = ["context: rpc.CallContext"];
  if (request !== undefined) {
    const iterable = `requests: ${context.global("AsyncIterable")}<${request}>`;
    parameters.unshift(streamsIn ? iterable : `request: ${request}`);
  }
  const returnType = streamsOut
    ? `${context.global("AsyncIterable")}<${response}>`
    : `${response} | ${context.global("Promise")}<${response}>`;
  return `${comment}${method.localName}(${parameters.join(", ")}): ${returnType};`;
}

/**
 * The service as data. Where the schema says something to people, that is a second constant around the first: the client refers to
 * the first, so that it does not carry the texts.
 */
function emitDescription(
  service: Service,
  methods: readonly MethodShape[],
  context: FileContext,
): StatementStructures[] {
  const { name, fullName, go } = service;
  const drafts = methods.map((shape) => `${shape.method.localName}: ${emitDraft(shape, context)}`);
  const object = drafts.length === 0 ? "{}" : `{${context.lines("properties", drafts)}}`;
  const options = go === undefined ? "" : `, { go: ${literal(go)} }`;
  const description = `/* @__PURE__ */ rpc.service(${literal(fullName)}, () => (${object})${options})`;
  const exported = { isExported: true, docs: docs(service) };
  const type = descriptionType(service, methods, context);
  if (!carriesDocs(service.file)) return [emitConst(name, type, description, exported)];
  const bare = bareName(service);
  return [
    emitConst(bare, `typeof ${name}`, description),
    emitConst(name, type, `/* @__PURE__ */ rpc.documented(${bare}, () => $docs)`, exported),
  ];
}

function descriptionType(service: Service, methods: readonly MethodShape[], context: FileContext): string {
  const types = methods.map(
    ({ method, typeName, request, response }) =>
      `readonly ${method.localName}: ${typeName}<${request ?? "undefined"}, ${response ?? "undefined"}>;`,
  );
  const typeOfMethods =
    types.length === 0
      ? `${context.global("Record")}<never, never>`
      : `{${context.lines("typeMembers", types)}}`;
  return `rpc.Service<${handlersName(service)}, ${typeOfMethods}>`;
}

/** The constant that describes a service without docs; no schema can declare such a name. */
function bareName({ name, file }: Service): string {
  return carriesDocs(file) ? `${name}$bare` : name;
}

function emitDraft({ method, make, requestBody, responseBody }: MethodShape, context: FileContext): string {
  const { name, timeout, idempotent, throws, go } = method;
  const thrown = throws.map((error) => context.valueName(error));
  const options = [
    ...(timeout === undefined ? [] : [`timeout: ${timeout}`]),
    ...(idempotent ? ["idempotent: true"] : []),
    ...(thrown.length === 0 ? [] : [`throws: () => [${thrown.join(", ")}]`]),
    ...(go === undefined ? [] : [`go: ${literal(go)}`]),
  ];
  const parts = [literal(name), `() => ${requestBody}`, `() => ${responseBody}`];
  if (options.length > 0) parts.push(`{ ${options.join(", ")} }`);
  return `${make}(${parts.join(", ")})`;
}

function emitClient(
  service: Service,
  methods: readonly MethodShape[],
  context: FileContext,
): ClassDeclarationStructure {
  const { name, deprecated } = service;
  const calls = methods.map((shape) => emitCall(bareName(service), shape, context));
  // The service may have the name itself.
  const channel = context.scope().take("channel");
  return {
    kind: StructureKind.Class,
    isExported: true,
    docs: docs({ doc: `Calls {@link ${name}} through a channel.`, deprecated }),
    name: clientName(service),
    properties: [{ name: "channel", isReadonly: true, type: "rpc.Channel" }],
    ctors: [
      {
        parameters: [{ name: channel, type: "rpc.Channel" }],
        statements: [`this.channel = rpc.channelFor(${bareName(service)}, ${channel});`],
      },
    ],
    methods: calls.length === 0 ? [] : [{ name: context.block("methods", calls) }],
  };
}

function emitCall(
  service: string,
  { method, kind, comment, request, response = "void" }: MethodShape,
  context: FileContext,
): string {
  const scope = context.scope();
  const streamsIn = kind === "clientStream" || kind === "bidiStream";
  const given = scope.take(streamsIn ? "requests" : "request");
  const options = scope.take("options");
  const parameters = [`${options}?: rpc.CallOptions`];
  if (request !== undefined) {
    const [one, many] = [context.global("Iterable"), context.global("AsyncIterable")];
    const type = streamsIn ? `${one}<${request}> | ${many}<${request}>` : request;
    parameters.unshift(`${given}: ${type}`);
  }
  const target = `${service}.methods.${method.localName}`;
  const argument = request === undefined ? "undefined" : given;
  const calls = {
    unary: `unary(${target}, ${argument}, ${options})`,
    serverStream: `stream(${target}, [${argument}], ${options})`,
    clientStream: `stream(${target}, ${argument}, ${options}).only()`,
    bidiStream: `stream(${target}, ${argument}, ${options})`,
  };
  const streamsOut = kind === "serverStream" || kind === "bidiStream";
  const returnType = streamsOut
    ? `rpc.ResponseStream<${response}>`
    : `${context.global("Promise")}<${response}>`;
  return `${comment}${method.localName}(${parameters.join(", ")}): ${returnType} {
    return this.channel.${calls[kind]};
  }`;
}
