import { goHandlersName, goMemberName, goName, goRegisterName, type Service } from "@gorpc/idl";
import { indented } from "./columns.ts";
import { docComment } from "./doc-comment.ts";
import { emitClient } from "./emit-client.ts";
import type { GoFile } from "./go-file.ts";
import { goString } from "./literals.ts";
import { type GoMethod, goMethods, methodDoc, missingMethods } from "./methods.ts";

/** The interface that a server implements, its registration, and the client; a comment where net/rpc can carry none of the methods. */
export function emitService(service: Service, file: GoFile): string[] {
  const methods = goMethods(service, file);
  if (methods.length === 0) return emitAbsence(service);
  return [
    ...emitHandlers(service, methods),
    "",
    ...emitRegistration(service, file),
    "",
    ...emitAdapter(service, methods),
    "",
    ...emitClient(service, methods, file),
  ];
}

/** A server that has no method to register is an error in net/rpc. */
function emitAbsence(service: Service): string[] {
  const why =
    service.methods.length === 0
      ? "it has no methods"
      : "all of its methods stream, and net/rpc carries no streams";
  return docComment({ lead: `The service ${goName(service.name)} is not here: ${why}.` });
}

function emitHandlers(service: Service, methods: readonly GoMethod[]): string[] {
  const name = goHandlersName(service);
  const lead = `${name} is what a server of ${goName(service.name)} implements, for ${goRegisterName(service)}.`;
  return [
    ...docComment({ ...service, lead, notes: missingMethods(service) }),
    `type ${name} interface {`,
    ...methods.flatMap((method, index) => emitSignature(method, index > 0)),
    "}",
  ];
}

function emitSignature(method: GoMethod, hasBefore: boolean): string[] {
  const { name, request, response } = method;
  const comment = docComment(methodDoc(method));
  const result = response === undefined ? "error" : `(${response}, error)`;
  return [
    ...(comment.length > 0 && hasBefore ? [""] : []),
    ...comment,
    `${name}(${request === undefined ? "" : `request ${request}`}) ${result}`,
  ].map(indented);
}

function emitRegistration(service: Service, file: GoFile): string[] {
  const [register, registered] = [goRegisterName(service), goString(goMemberName(service))];
  return [
    ...docComment({ lead: `${register} makes a server answer calls to ${registered} with the handlers.` }),
    `func ${register}(server *${file.use("rpc")}.Server, handlers ${goHandlersName(service)}) error {`,
    `\treturn server.RegisterName(${registered}, ${adapterName(service)}{handlers})`,
    "}",
  ];
}

/** The methods in the form that net/rpc finds, and no others: the handlers' type may have more. */
function emitAdapter(service: Service, methods: readonly GoMethod[]): string[] {
  const name = adapterName(service);
  return [
    ...docComment({ lead: `${name} has the methods in the form that net/rpc looks for.` }),
    `type ${name} struct {`,
    `\thandlers ${goHandlersName(service)}`,
    "}",
    ...methods.flatMap((method) => ["", ...emitAdapted(name, method)]),
  ];
}

function emitAdapted(adapter: string, { name, request, response }: GoMethod): string[] {
  const taken = request === undefined ? "_ struct{}" : `request ${request}`;
  const call = `m.handlers.${name}(${request === undefined ? "" : "request"})`;
  if (response === undefined) {
    return [`func (m ${adapter}) ${name}(${taken}, _ *struct{}) error {`, `\treturn ${call}`, "}"];
  }
  if (!/^(?:\[\]|map\[)/.test(response)) {
    return [
      `func (m ${adapter}) ${name}(${taken}, response *${response}) (err error) {`,
      `\t*response, err = ${call}`,
      "\treturn err",
      "}",
    ];
  }
  return [
    `func (m ${adapter}) ${name}(${taken}, response *${response}) error {`,
    `\tanswer, err := ${call}`,
    // The null that jsonrpc would make of it ends its client's connection; net/rpc has put an empty one there.
    "\tif answer != nil {",
    "\t\t*response = answer",
    "\t}",
    "\treturn err",
    "}",
  ];
}

function adapterName({ name }: Service): string {
  const go = goName(name);
  return `${go.charAt(0).toLowerCase()}${go.slice(1)}Methods`;
}
