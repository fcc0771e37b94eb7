import type { Method, Payload } from "@gorpc/idl";
import { type Doc, docComment } from "./emit-doc.ts";
import type { FileContext } from "./file-context.ts";
import { typeText, wrapper } from "./types.ts";

/** What the four kinds of methods are called in the runtime. */
const kinds = {
  unary: { type: "rpc.Unary", make: "rpc.unary" },
  serverStream: { type: "rpc.ServerStream", make: "rpc.serverStream" },
  clientStream: { type: "rpc.ClientStream", make: "rpc.clientStream" },
  bidiStream: { type: "rpc.BidiStream", make: "rpc.bidiStream" },
} as const;

/** A method, as the three forms of a service need it. */
export interface MethodShape {
  readonly method: Method;
  readonly kind: keyof typeof kinds;
  readonly typeName: string;
  readonly make: string;
  /** The types of the request and the response; undefined where there is none. */
  readonly request: string | undefined;
  readonly response: string | undefined;
  /** Expressions for their codecs. */
  readonly requestBody: string;
  readonly responseBody: string;
  /** A doc comment and its line break, where there is one. */
  readonly comment: string;
}

export function methodShape(method: Method, context: FileContext): MethodShape {
  const kind = kindOf(method);
  return {
    method,
    kind,
    typeName: kinds[kind].type,
    make: kinds[kind].make,
    request: method.request && typeText(method.request.type, context),
    response: method.response && typeText(method.response.type, context),
    requestBody: bodyOf(method.request, context),
    responseBody: bodyOf(method.response, context),
    comment: docComment(methodDoc(method, context)),
  };
}

function kindOf({ request, response }: Method): keyof typeof kinds {
  if (request?.stream === true) return response?.stream === true ? "bidiStream" : "clientStream";
  return response?.stream === true ? "serverStream" : "unary";
}

function bodyOf(payload: Payload | undefined, context: FileContext): string {
  if (payload === undefined) return "rpc.nothing";
  const { type } = payload;
  if (type.kind === "message" || type.kind === "union") return context.bodyName(type.declaration);
  return wrapper(type, context);
}

function methodDoc({ doc, deprecated, throws }: Method, context: FileContext): Doc {
  return {
    doc,
    deprecated,
    tags: throws.map((error) => `@throws {@link ${context.typeName(error)}}`),
  };
}
