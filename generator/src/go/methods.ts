import { goMemberName, goName, type Method, type Service } from "@gorpc/idl";
import type { GoDoc } from "./doc-comment.ts";
import type { GoFile } from "./go-file.ts";
import { goType } from "./types.ts";

/** A method as Go has it. */
export interface GoMethod {
  readonly method: Method;
  readonly name: string;
  /** `Orders.Get`, as it goes over the wire. */
  readonly path: string;
  /** The types of the request and the response; undefined where there is none. */
  readonly request: string | undefined;
  readonly response: string | undefined;
}

/** The methods that net/rpc can carry: those that do not stream. */
export function goMethods(service: Service, file: GoFile): GoMethod[] {
  return service.methods
    .filter((method) => !streams(method))
    .map((method) => ({
      method,
      name: goMemberName(method),
      path: `${goMemberName(service)}.${goMemberName(method)}`,
      request: method.request && goType(method.request.type, file),
      response: method.response && goType(method.response.type, file),
    }));
}

const streams = ({ request, response }: Method): boolean =>
  request?.stream === true || response?.stream === true;

/** What a service's comment says of the methods that are left out. */
export function missingMethods({ methods }: Service): string[] {
  const missing = methods.filter(streams).map(goMemberName);
  if (missing.length === 0) return [];
  return [`It lacks ${listed(missing)}: net/rpc carries no streams.`];
}

export function methodDoc({ method: { doc, deprecated, throws } }: GoMethod): GoDoc {
  const thrown = throws.map(({ name }) => `*${goName(name)}`);
  return { doc, deprecated, notes: thrown.length === 0 ? [] : [`It fails with ${listed(thrown, "or")}.`] };
}

function listed(names: readonly string[], last = "and"): string {
  if (names.length <= 1) return names.join("");
  return `${names.slice(0, -1).join(", ")} ${last} ${names.at(-1)}`;
}
